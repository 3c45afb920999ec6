import Determinism
import Files

extension CountsFile {
  /// Writes the file, atomically; runs on the disk are merged on the way, in constant memory.
  ///
  /// - Parameters:
  ///   - path: where the file appears once it is whole.
  ///   - progress: given the bytes written so far, every 256 KiB or so; throwing ends the writing,
  ///     and leaves nothing behind.
  /// - Returns: 16 hexadecimal digits that identify counts and vocabulary.
  /// - Throws: `Failure` of kind `cannotWrite`, or where runs cannot be read; what `progress` throws.
  @discardableResult
  public func write(
    to path: String, progress: @escaping (_ bytes: Int) throws -> Void = { _ in }
  ) throws -> String {
    let writer = try AtomicFile.Writer(path: path)
    var digest = WordDigest()
    let head = headText
    try writer.write(head)
    digest.combine(head)
    let windows = try writeWindows { bytes in
      digest.combine(bytes)
      try writer.write(bytes)
      try progress(writer.count)
    }
    digest.combine(Self.endBegin(windows: windows))
    try writer.write(Self.endText(windows: windows, digest: digest.hex))
    try writer.commit()
    return digest.hex
  }

  private func writeWindows(_ write: @escaping (UnsafeRawBufferPointer) throws -> Void) throws
    -> Int
  {
    counts.layout.isWide
      ? try writeWindows(UInt128.self, write) : try writeWindows(UInt64.self, write)
  }

  private func writeWindows<Key: FixedWidthInteger & UnsignedInteger & Sendable>(
    _: Key.Type, _ write: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Int {
    guard let largest = counts.layout.largestKey(Key.self) else {
      preconditionFailure("CountsFile: keys exceed \(Key.bitWidth) bits")
    }
    var merged = MergedWindows<Key>(counts.runs, largest: largest)
    var writer = WindowRunWriter<Key>(.sink(write))
    while try merged.next() { try writer.append(merged.key, merged.counts()) }
    _ = try writer.finish()
    return writer.windows
  }

  /// The text before the windows; its first line tells its own length.
  var headText: String {
    let layout = counts.layout
    func line(_ name: String, _ values: [Int]) -> String {
      name + values.map { "\t\($0)" }.joined() + "\n"
    }
    var rest = line("length", [layout.length])
    rest += line("orders", [layout.shortest, layout.order])
    rest += "padding\t\(layout.excludesPadding ? "left out" : "counted")\n"
    rest += "parts\t\(parts.rawValue)\n"
    rest += "vocabulary\t\(vocabularySource.rawValue)\n"
    rest += line("strings", counts.stringsOfParts)
    for ngrams in counts.ngramsOfParts { rest += line("ngrams", ngrams) }
    rest += codec.vocabulary.fileText
    let first = "\(Self.magic)\(Self.formatVersion)\t"
    // Ten digits and a line feed: the length does not depend on itself.
    let size = first.utf8.count + 11 + rest.utf8.count
    return first + Self.padded(size, to: 10) + "\n" + rest
  }

  /// What stands before the digest in the last line, and is part of it.
  static func endBegin(windows: Int) -> String {
    "\nwindows\t\(padded(windows, to: 20))\tdigest\t"
  }

  /// The last line, ``endSize`` bytes.
  static func endText(windows: Int, digest: String) -> String {
    // "windows", tab, 20 digits, tab, "digest", tab, 16 digits, spaces, line feed.
    let text = endBegin(windows: windows) + digest
    return text + String(repeating: " ", count: endSize - 1 - text.utf8.count) + "\n"
  }

  private static func padded(_ number: Int, to width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// A 64-bit digest of bytes, eight at a time; the same however they are cut into pieces.
///
/// For noticing damage in large files at the speed of memory. It is no protection against somebody
/// who looks for collisions.
struct WordDigest {
  private var state: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var pending: UInt64 = 0
  private var pendingBytes: UInt64 = 0
  private var count: UInt64 = 0

  mutating func combine(_ bytes: UnsafeRawBufferPointer) {
    count &+= UInt64(bytes.count)
    var index = 0
    while pendingBytes > 0, index < bytes.count {
      push(bytes[index])
      index += 1
    }
    while index + 8 <= bytes.count {
      take(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
      index += 8
    }
    while index < bytes.count {
      push(bytes[index])
      index += 1
    }
  }

  mutating func combine(_ text: String) {
    var text = text
    text.withUTF8 { combine(UnsafeRawBufferPointer($0)) }
  }

  private mutating func push(_ byte: UInt8) {
    pending |= UInt64(byte) << (8 * pendingBytes)
    pendingBytes += 1
    if pendingBytes == 8 {
      take(pending)
      pending = 0
      pendingBytes = 0
    }
  }

  @inline(__always)
  private mutating func take(_ word: UInt64) {
    state = (state ^ word) &* 0xD6E8_FEB8_6659_FD93
    state ^= state >> 32
  }

  /// The digest as a number.
  var value: UInt64 {
    var end = self
    end.take(pending)
    end.take(count)
    return end.state
  }

  /// The digest as 16 hexadecimal digits.
  var hex: String {
    var hash = StableHash()
    hash.combine(value)
    return hash.hex
  }
}
