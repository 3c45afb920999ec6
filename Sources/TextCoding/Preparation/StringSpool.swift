import Files
import Glibc

/// Strings of symbol codes on their way from the first pass to the second, in a file without a name.
///
/// The file's name is removed as soon as it is open, so that nothing is left behind however the
/// program ends. Numbers are written seven bits a byte, the lowest first, the top bit saying that
/// more follow; a string is the distance of its line from the line before, its length and its codes.
/// ASCII text takes its own size and two or three bytes a string.
final class StringSpool {
  /// The number of strings.
  private(set) var count = 0

  private let sink: FileSink
  private let source: FileSource
  private var buffer: UnsafeMutableBufferPointer<UInt8>
  private var used = 0
  private var line = 0

  /// Creates the file in a directory.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  init(directory: String) throws {
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let path = "\(directory)/.strings-\(suffix).spool"
    sink = try FileSink(creating: path)
    defer { unlink(path) }
    source = try FileSource(path: path)
    buffer = .allocate(capacity: 1 << 18)
  }

  deinit { buffer.deallocate() }

  /// Appends a string of the line, which is not below the line of the string before.
  func append(_ codes: UnsafeBufferPointer<SymbolCode>, line: Int) throws {
    try makeRoom(10 + 5 + 4 * codes.count)
    let buffer = buffer
    var used = used
    func put(_ number: UInt64) {
      var rest = number
      while rest >= 0x80 {
        buffer[used] = UInt8(truncatingIfNeeded: rest | 0x80)
        used += 1
        rest >>= 7
      }
      buffer[used] = UInt8(truncatingIfNeeded: rest)
      used += 1
    }
    put(UInt64(line - self.line))
    put(UInt64(codes.count))
    for code in codes { put(UInt64(code)) }
    self.used = used
    self.line = line
    count += 1
  }

  private func makeRoom(_ size: Int) throws {
    if buffer.count - used >= size { return }
    try flush()
    if buffer.count < size {
      buffer.deallocate()
      buffer = .allocate(capacity: size)
    }
  }

  private func flush() throws {
    try sink.write(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<used]))
    used = 0
  }

  /// Hands out all strings in order, once; nothing may be appended afterwards.
  func forEach(
    _ body: (_ line: Int, _ codes: UnsafeBufferPointer<SymbolCode>) throws -> Void
  ) throws {
    try flush()
    var reader = SpoolReader(source: source)
    var codes: [SymbolCode] = []
    var line = 0
    for _ in 0..<count {
      line += Int(try reader.number())
      let length = Int(try reader.number())
      codes.removeAll(keepingCapacity: true)
      for _ in 0..<length { codes.append(SymbolCode(truncatingIfNeeded: try reader.number())) }
      try codes.withUnsafeBufferPointer { try body(line, $0) }
    }
  }
}

/// Reads the numbers of a spool.
private struct SpoolReader {
  let source: FileSource
  var buffer = [UInt8](repeating: 0, count: 1 << 18)
  var position = 0
  var end = 0

  @inline(__always)
  mutating func number() throws -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      if position == end { try refill() }
      let byte = buffer[position]
      position += 1
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return result }
      shift += 7
    }
  }

  private mutating func refill() throws {
    end = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
    position = 0
    guard end > 0 else {
      throw Failure(.inputOutput, "a temporary file of the preparation lost its end; try again")
    }
  }
}
