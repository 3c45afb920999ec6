/// The head of a `.npy` file: magic bytes, version, and a Python dictionary in ASCII.
///
/// Source: `numpy.lib.format` in NumPy's reference.
struct NumPyHeader {
  let description: String
  let isFortranOrder: Bool
  let shape: [Int]
  /// Where the elements start.
  let dataOffset: Int

  /// The magic bytes: 0x93 and "NUMPY".
  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
  /// NumPy itself refuses longer dictionaries.
  static let limit = 10_000

  init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    guard bytes.count >= 10, bytes.prefix(6).elementsEqual(Self.magic) else {
      throw Failure(.badData, "\(path) is not a .npy file: its first bytes are not \\x93NUMPY")
    }
    let version = (bytes[6], bytes[7])
    let lengthSize: Int
    switch version {
    case (1, 0): lengthSize = 2
    case (2, 0), (3, 0): lengthSize = 4
    default:
      throw Failure(
        .badData, "\(path) is a .npy file of version \(version.0).\(version.1); expected 1.0 to 3.0"
      )
    }
    guard bytes.count >= 8 + lengthSize else {
      throw Failure(.badData, "\(path) is truncated: \(bytes.count) bytes end inside its header")
    }
    var length = 0
    for index in 0..<lengthSize { length |= Int(bytes[8 + index]) << (8 * index) }
    guard length <= Self.limit else {
      throw Failure(
        .badData, "\(path) has a header of \(length) bytes; at most \(Self.limit) are accepted")
    }
    dataOffset = 8 + lengthSize + length
    guard dataOffset <= bytes.count else {
      throw Failure(
        .badData,
        "\(path) is truncated: its header ends at byte \(dataOffset), the file at \(bytes.count)")
    }
    let text = bytes[(8 + lengthSize)..<dataOffset]
    guard text.allSatisfy({ $0 < 0x80 }) else {
      throw Failure(
        .badData, "\(path) has a header that is not ASCII; expected plain element types")
    }
    var parser = PythonDictionaryParser(Array(text), path: path)
    let entries = try parser.parse()
    func entry(_ key: String) throws -> PythonDictionaryParser.Value {
      guard let value = entries[key] else {
        throw Failure(.badData, "\(path) has a header without '\(key)'")
      }
      return value
    }
    let values = (
      description: try entry("descr"), order: try entry("fortran_order"), shape: try entry("shape")
    )
    guard entries.count == 3, case .string(let description) = values.description,
      case .boolean(let isFortranOrder) = values.order, case .tuple(let shape) = values.shape
    else {
      throw Failure(
        .badData, "\(path) has an odd header; expected descr, fortran_order and shape only")
    }
    self.description = description
    self.isFortranOrder = isFortranOrder
    self.shape = shape
  }

  /// The bytes of a version 1.0 head, padded with spaces to `size` bytes.
  static func bytes(description: String, shape: [Int], size: Int) -> [UInt8] {
    let axes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text = "{'descr': '\(description)', 'fortran_order': False, 'shape': (\(axes)), }"
    let length = size - 10
    precondition(text.utf8.count < length, "NumPyHeader: \(text) does not fit \(size) bytes")
    var bytes = magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
    bytes += Array(text.utf8)
    bytes += Array(repeating: 0x20, count: size - 1 - bytes.count)
    return bytes + [0x0A]
  }
}

/// Reads a Python dictionary literal whose values are strings, Booleans or tuples of integers.
struct PythonDictionaryParser {
  enum Value: Equatable {
    case string(String)
    case boolean(Bool)
    case tuple([Int])
  }

  private let bytes: [UInt8]
  private let path: String
  private var position = 0

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  mutating func parse() throws -> [String: Value] {
    var entries: [String: Value] = [:]
    try expect("{")
    while !take("}") {
      let key = try string()
      try expect(":")
      guard entries.updateValue(try value(), forKey: key) == nil else {
        throw failure("names '\(key)' twice")
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard position == bytes.count else { throw failure("goes on after its dictionary") }
    return entries
  }

  private mutating func value() throws -> Value {
    skipSpace()
    switch peek {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "("): return .tuple(try tuple())
    case UInt8(ascii: "["): throw failure("declares records; expected one plain element type")
    default:
      for (word, value) in [("True", true), ("False", false)]
      where bytes[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return .boolean(value)
      }
      throw failure("has a value that is no string, Boolean or tuple")
    }
  }

  private mutating func string() throws -> String {
    skipSpace()
    guard let quote = peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw failure("lacks a quoted string")
    }
    position += 1
    let start = position
    while let byte = peek, byte != quote {
      guard byte >= 0x20, byte != UInt8(ascii: "\\") else { throw failure("has an odd string") }
      position += 1
    }
    guard peek != nil else { throw failure("has a string without an end") }
    defer { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func tuple() throws -> [Int] {
    var values: [Int] = []
    try expect("(")
    while !take(")") {
      skipSpace()
      let start = position
      var value = 0
      while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
        let (sum, over) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
        guard !tooLarge, !over else { throw failure("has a shape too large for this machine") }
        value = sum
        position += 1
      }
      guard position > start else { throw failure("has a shape that is not a tuple of counts") }
      values.append(value)
      // Python 2 wrote long integers with a suffix.
      _ = take("L")
      if !take(",") {
        try expect(")")
        break
      }
    }
    return values
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
