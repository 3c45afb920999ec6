/// Reads the small part of JSON that a safetensors header may hold.
///
/// That is objects, texts and lists of counts. Names that come twice, which general readers merge
/// silently, are refused.
struct JSONHeaderReader {
  enum Value {
    case string(String)
    case integers([Int])
    case object([(String, Value)])
  }

  private let bytes: UnsafeRawBufferPointer
  private let path: String
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer, _ path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// The members of the whole header, in order; only spaces may follow it.
  mutating func members() throws -> [(String, Value)] {
    let members = try object(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw failure("goes on after its object") }
    return members
  }

  private mutating func object(depth: Int) throws -> [(String, Value)] {
    guard depth < 3 else { throw failure("is nested too deeply") }
    var members: [(String, Value)] = []
    var seen: Set<String> = []
    try expect("{")
    if take("}") { return members }
    repeat {
      let name = try string()
      guard seen.insert(name).inserted else { throw failure("names '\(name)' twice") }
      try expect(":")
      members.append((name, try value(depth: depth)))
    } while take(",")
    try expect("}")
    return members
  }

  private mutating func value(depth: Int) throws -> Value {
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
    case UInt8(ascii: "["): return .integers(try integers())
    case UInt8(ascii: "\""): return .string(try string())
    default: throw failure("has a value that is no object, text or list of counts")
    }
  }

  private mutating func integers() throws -> [Int] {
    var values: [Int] = []
    try expect("[")
    if take("]") { return values }
    repeat { values.append(try integer()) } while take(",")
    try expect("]")
    return values
  }

  private mutating func integer() throws -> Int {
    skipSpace()
    let start = position
    var value = 0
    while let byte = peek, byte >= 0x30, byte <= 0x39 {
      let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOver) = product.addingReportingOverflow(Int(byte - 0x30))
      guard !isTooLarge, !isOver else { throw failure("has a number too large for this machine") }
      value = sum
      position += 1
    }
    guard position > start, position - start == 1 || bytes[start] != 0x30 else {
      throw failure("has a list of something else than counts")
    }
    return value
  }

  private mutating func string() throws -> String {
    try expect("\"")
    var text: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let valid = String(validating: text, as: UTF8.self) else {
          throw failure("has a text that is not UTF-8")
        }
        return valid
      case UInt8(ascii: "\\"): text += Array(String(try escaped()).utf8)
      case ..<0x20: throw failure("has a control character in a text")
      default: text.append(byte)
      }
    }
    throw failure("has a text without an end")
  }

  private mutating func escaped() throws -> Character {
    guard let byte = peek else { throw failure("has a text without an end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var code = try codeUnit()
      if (0xD800..<0xDC00).contains(code), peek == UInt8(ascii: "\\") {
        position += 1
        guard peek == UInt8(ascii: "u") else { throw failure("has half a surrogate pair") }
        position += 1
        let low = try codeUnit()
        guard (0xDC00..<0xE000).contains(low) else { throw failure("has half a surrogate pair") }
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("has half a surrogate pair") }
      return Character(scalar)
    default: throw failure("has an unknown escape in a text")
    }
  }

  private mutating func codeUnit() throws -> UInt32 {
    guard position + 4 <= bytes.count else { throw failure("has a text without an end") }
    let digits = bytes[position..<position + 4]
    position += 4
    var value: UInt32 = 0
    for digit in digits {
      guard let digit = Character(Unicode.Scalar(digit)).hexDigitValue else {
        throw failure("has a bad escape in a text")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D {
      position += 1
    }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws {
    guard take(scalar) else { throw failure("lacks '\(scalar)' at its byte \(position)") }
  }

  private func failure(_ what: String) -> Failure {
    Failure(.badData, "\(path) has a header that \(what)")
  }
}
