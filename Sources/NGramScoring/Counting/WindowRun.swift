// Sorted windows with their counts, as bytes: in memory, in a temporary file or in a counts file.

import Files

/// The bytes of windows in ascending order, each with its counts.
///
/// A window is written as the distance of its key from the key before (from 0 for the first), the
/// parts that hold it as 16 bits, lowest byte first, and its count in each of those parts. Distances
/// and counts are numbers of seven bits a byte, the lowest first, the top bit saying that more
/// follow. About 6 bytes a window of natural text.
struct WindowRun: Sendable {
  /// Where the bytes are.
  enum Storage: Sendable {
    case memory([UInt8])
    case file(RandomAccessFile, offset: Int)
  }

  /// No window.
  static let empty = WindowRun(storage: .memory([]), size: 0, windows: 0)

  let storage: Storage
  /// Number of bytes.
  let size: Int
  /// Number of windows.
  let windows: Int

  /// The most bytes that one window takes: a distance of 128 bits, 16 bits, 16 counts of 32 bits.
  static let mostBytesOfWindow = 19 + 2 + 16 * 5
}

/// Writes a run, window by window.
struct WindowRunWriter<Key: FixedWidthInteger & UnsignedInteger & Sendable> {
  /// Where full buffers go.
  enum Target {
    /// Everything stays in memory.
    case memory
    /// Bytes are handed out as the buffer fills.
    case sink((UnsafeRawBufferPointer) throws -> Void)
  }

  /// Windows appended.
  private(set) var windows = 0

  private let target: Target
  private var bytes: [UInt8]
  private var used = 0
  private var last: Key = 0

  /// Bytes gathered before they are handed out: 2¹⁸.
  private static var bufferSize: Int { 1 << 18 }

  init(_ target: Target) {
    self.target = target
    bytes = [UInt8](repeating: 0, count: Self.bufferSize)
  }

  /// Appends a window.
  ///
  /// - Precondition: `key` is above the key before; `counts` holds at least one occurrence.
  @inline(__always)
  mutating func append<Counts: WindowCounts>(_ key: Key, _ counts: Counts) throws {
    precondition(key > last && counts.total > 0, "WindowRunWriter.append: \(key) after \(last)")
    if bytes.count - used < WindowRun.mostBytesOfWindow { try makeRoom() }
    let distance = key &- last
    last = key
    windows &+= 1
    used = bytes.withUnsafeMutableBufferPointer { bytes in
      counts.write(to: bytes, at: bytes.write(sevens: distance, at: used))
    }
  }

  private mutating func makeRoom() throws {
    switch target {
    case .memory:
      bytes.append(contentsOf: repeatElement(0, count: bytes.count))
    case .sink(let write):
      try bytes.withUnsafeBytes { try write(UnsafeRawBufferPointer(rebasing: $0[..<used])) }
      used = 0
    }
  }

  /// Hands out what is left; in memory, returns the whole run.
  mutating func finish() throws -> WindowRun? {
    switch target {
    case .memory:
      bytes.removeSubrange(used...)
      return WindowRun(storage: .memory(bytes), size: used, windows: windows)
    case .sink(let write):
      try bytes.withUnsafeBytes { try write(UnsafeRawBufferPointer(rebasing: $0[..<used])) }
      used = 0
      return nil
    }
  }
}
