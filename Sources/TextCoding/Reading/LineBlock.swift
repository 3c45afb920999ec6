/// The memory of a block of whole lines; grows to the longest line and is used again.
///
/// `@unchecked Sendable`: one thread at a time has the block, first to fill it, then to work on it.
final class LineBlock: @unchecked Sendable {
  /// Where the lines begin: after a byte-order mark, which is dropped.
  var start = 0
  /// Where what was read ends.
  private(set) var end = 0
  private var buffer: UnsafeMutableRawBufferPointer

  /// A block with room for `capacity` ≥ 1 bytes.
  init(capacity: Int) { buffer = .allocate(byteCount: capacity, alignment: 64) }

  deinit { buffer.deallocate() }

  /// The number of bytes from ``start`` on.
  var count: Int { end - start }

  /// The bytes; valid until the block changes.
  var bytes: UnsafeBufferPointer<UInt8> {
    let lines = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
    return lines.assumingMemoryBound(to: UInt8.self)
  }

  /// Replaces the content.
  func set(_ bytes: [UInt8]) {
    start = 0
    end = 0
    reserve(bytes.count)
    buffer.copyBytes(from: bytes)
    end = bytes.count
  }

  /// Lets `body` append up to `room` bytes, and say how many.
  func append(
    room: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Int
  ) rethrows -> Int {
    reserve(room)
    let count = try body(UnsafeMutableRawBufferPointer(rebasing: buffer[end..<end + room]))
    end += count
    return count
  }

  /// Shortens the block to its first `count` bytes and hands out the rest.
  func cut(at count: Int) -> [UInt8] {
    let rest = [UInt8](UnsafeRawBufferPointer(rebasing: buffer[(start + count)..<end]))
    end = start + count
    return rest
  }

  /// The place after the last line end that is certain, looking from `first` on; nil without one.
  ///
  /// A carriage return at the very end is not certain: a line feed may follow.
  func endOfLastLine(from first: Int) -> Int? {
    let bytes = bytes
    var index = bytes.count
    while index > first {
      index -= 1
      if bytes[index] == 0x0A || (bytes[index] == 0x0D && index + 1 < bytes.count) {
        return index + 1
      }
    }
    return nil
  }

  private func reserve(_ room: Int) {
    guard buffer.count - end < room else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(2 * buffer.count, end + room), alignment: 64)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<end]))
    buffer.deallocate()
    buffer = larger
  }
}
