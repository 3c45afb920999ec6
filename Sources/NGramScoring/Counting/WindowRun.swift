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
  mutating func append(_ key: Key, _ counts: PartedCount) throws {
    precondition(
      key > last && counts.support != 0, "WindowRunWriter.append: \(key) after \(last)")
    if bytes.count - used < WindowRun.mostBytesOfWindow { try makeRoom() }
    let distance = key &- last
    last = key
    windows &+= 1
    used = bytes.withUnsafeMutableBufferPointer { bytes in
      var place = used
      var rest = distance
      while rest >= 0x80 {
        bytes[place] = UInt8(truncatingIfNeeded: rest) | 0x80
        rest &>>= 7
        place &+= 1
      }
      bytes[place] = UInt8(truncatingIfNeeded: rest)
      bytes[place &+ 1] = UInt8(truncatingIfNeeded: counts.support)
      bytes[place &+ 2] = UInt8(truncatingIfNeeded: counts.support &>> 8)
      place &+= 3
      counts.forEachPart { _, count in
        var rest = count
        while rest >= 0x80 {
          bytes[place] = UInt8(truncatingIfNeeded: rest) | 0x80
          rest &>>= 7
          place &+= 1
        }
        bytes[place] = UInt8(truncatingIfNeeded: rest)
        place &+= 1
      }
      return place
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

/// Reads a run, window by window, checking what it reads.
struct WindowRunReader<Key: FixedWidthInteger & UnsignedInteger & Sendable> {
  /// The window that was read last.
  private(set) var key: Key = 0

  private let run: WindowRun
  private let buffer: ByteBuffer
  private var place = 0
  private var end = 0
  private var readSoFar = 0
  private var windowsLeft: Int
  private let largest: Key
  /// Whether the counts of `key` were not read yet.
  private var hasCounts = false

  /// - Parameters:
  ///   - largest: the largest key that the layout allows.
  ///   - bufferSize: bytes that are read at once.
  init(_ run: WindowRun, largest: Key, bufferSize: Int = 1 << 18) {
    self.run = run
    self.largest = largest
    windowsLeft = run.windows
    buffer = ByteBuffer(count: Swift.min(bufferSize, run.size) + WindowRun.mostBytesOfWindow)
  }

  /// Moves to the next window; false at the end.
  ///
  /// - Throws: ``Files/Failure`` `badData` where the bytes are not a run.
  @inline(__always)
  mutating func next() throws -> Bool {
    if hasCounts {
      var passed = TotalCount()
      try addCounts(to: &passed)
    }
    if windowsLeft == 0 {
      guard place == end && readSoFar == run.size else { throw damaged("bytes after the end") }
      return false
    }
    windowsLeft &-= 1
    if end &- place < WindowRun.mostBytesOfWindow, readSoFar < run.size { try refill() }
    let bytes = buffer.bytes
    var place = place
    var byte = bytes[place]
    place &+= 1
    var distance = Key(truncatingIfNeeded: byte & 0x7F)
    var shift = 7
    while byte >= 0x80 {
      byte = bytes[place]
      place &+= 1
      if shift >= Key.bitWidth { throw damaged("a distance that is too long") }
      distance |= Key(truncatingIfNeeded: byte & 0x7F) &<< Key(truncatingIfNeeded: shift)
      shift &+= 7
    }
    let (sum, overflow) = key.addingReportingOverflow(distance)
    self.place = place
    guard distance > 0, !overflow, sum <= largest else { throw damaged("a window out of order") }
    key = sum
    hasCounts = true
    return true
  }

  /// Adds the counts of the window that was read last, once.
  ///
  /// Adding to what is there, rather than handing out a value, spares copying sixteen counts for every
  /// window, which took most of the time of a walk.
  ///
  /// - Throws: ``Files/Failure`` `badData` where the bytes are not a run.
  @inline(__always)
  mutating func addCounts<Counts: WindowCounts>(to counts: inout Counts) throws {
    precondition(hasCounts, "WindowRunReader.addCounts: the counts of a window are read once")
    hasCounts = false
    let bytes = buffer.bytes
    var place = place
    var rest = UInt16(bytes[place]) | UInt16(bytes[place &+ 1]) << 8
    place &+= 2
    if rest == 0 { throw damaged("a window that no part holds") }
    while rest != 0 {
      let part = rest.trailingZeroBitCount
      rest &= rest &- 1
      var byte = bytes[place]
      place &+= 1
      var count = UInt64(byte & 0x7F)
      var shift = 7
      while byte >= 0x80 {
        byte = bytes[place]
        place &+= 1
        if shift > 28 { throw damaged("a count that is too large") }
        count |= UInt64(byte & 0x7F) &<< UInt64(shift)
        shift &+= 7
      }
      if count == 0 || count > UInt64(UInt32.max) || !counts.take(count, part: part) {
        throw damaged("a count that cannot be, or over 2^32 - 1 of one n-gram")
      }
    }
    self.place = place
    guard place <= end else { throw damaged("its end is missing") }
  }

  private mutating func refill() throws {
    let unread = end - place
    buffer.moveToFront(place..<end)
    place = 0
    let wanted = Swift.min(buffer.capacity - unread, run.size - readSoFar)
    let target = UnsafeMutableRawBufferPointer(
      start: buffer.bytes.baseAddress.map { $0 + unread }, count: wanted)
    switch run.storage {
    case .memory(let bytes):
      bytes.withUnsafeBytes {
        target.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: $0[readSoFar..<readSoFar + wanted]))
      }
    case .file(let file, let offset):
      guard try file.read(into: target, at: offset + readSoFar) == wanted else {
        throw damaged("its end is missing")
      }
    }
    readSoFar += wanted
    end = unread + wanted
  }

  private func damaged(_ what: String) -> Failure {
    let name =
      switch run.storage {
      case .memory: "counts in memory"
      case .file(let file, _): file.name
      }
    return Failure(
      .badData,
      "\(name): the counts are damaged (\(what), window \(run.windows - windowsLeft) of "
        + "\(run.windows)); make them again with `dgflow corpus count`")
  }
}

/// Memory of one reader, with room behind its end, so that a damaged window is not read outside.
private final class ByteBuffer {
  let bytes: UnsafeMutableBufferPointer<UInt8>
  /// Bytes that may be filled.
  let capacity: Int

  init(count: Int) {
    capacity = count
    bytes = .allocate(capacity: count + 2 * WindowRun.mostBytesOfWindow)
    bytes.initialize(repeating: 0)
  }

  deinit { bytes.deallocate() }

  func moveToFront(_ range: Range<Int>) {
    guard let base = bytes.baseAddress, !range.isEmpty else { return }
    base.update(from: base + range.lowerBound, count: range.count)
  }
}
