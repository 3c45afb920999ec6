/// The head of a safetensors file: eight bytes of length, then a JSON object.
struct SafetensorsHeader {
  /// One array: its type, shape and place.
  struct Entry {
    let type: String
    let shape: [Int]
    /// The number of elements.
    let count: Int
    /// The bytes of the file that hold it.
    let bytes: Range<Int>
  }

  let metadata: [String: String]
  let names: [String]
  let entries: [String: Entry]

  /// The format's own limit on the JSON's length.
  static let limit = 100_000_000

  /// Bytes of one element, by the format's type name; types of less than a byte are not read.
  static let elementSizes = [
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1, "I16": 2, "U16": 2,
    "F16": 2, "BF16": 2, "I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8, "C64": 8,
  ]

  init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    guard bytes.count >= 8 else {
      throw Failure(
        .badData, "\(path) is not a safetensors file: \(bytes.count) bytes are less than 8")
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= Self.limit else {
      throw Failure(
        .badData,
        "\(path) is not a safetensors file: its header claims \(length) bytes, at most "
          + "\(Self.limit) are accepted")
    }
    let dataStart = 8 + Int(length)
    guard dataStart <= bytes.count else {
      throw Failure(
        .badData,
        "\(path) is truncated: its header ends at byte \(dataStart), the file at \(bytes.count)")
    }
    guard length > 0, bytes[8] == UInt8(ascii: "{") else {
      throw Failure(.badData, "\(path) is not a safetensors file: its header starts without '{'")
    }
    var reader = JSONHeaderReader(UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart]), path)
    var metadata: [String: String] = [:]
    var entries: [String: Entry] = [:]
    for (name, value) in try reader.members() {
      if name == "__metadata__" {
        metadata = try Self.texts(value, path: path)
      } else {
        entries[name] = try Self.entry(
          name, value, dataStart: dataStart, fileSize: bytes.count, path: path)
      }
    }
    self.metadata = metadata
    self.entries = entries
    names = try Self.checkedOrder(
      entries, dataStart: dataStart, fileSize: bytes.count, path: path)
  }

  private static func texts(
    _ value: JSONHeaderReader.Value, path: String
  ) throws -> [String: String] {
    guard case .object(let members) = value else {
      throw Failure(.badData, "\(path) has a header whose __metadata__ is no object")
    }
    return try Dictionary(
      uniqueKeysWithValues: members.map { key, value in
        guard case .string(let text) = value else {
          throw Failure(.badData, "\(path) has a header whose __metadata__ '\(key)' is no text")
        }
        return (key, text)
      })
  }

  private static func entry(
    _ name: String, _ value: JSONHeaderReader.Value, dataStart: Int, fileSize: Int, path: String
  ) throws -> Entry {
    func failure(_ what: String) -> Failure {
      Failure(.badData, "\(path) has a header whose array '\(name)' \(what)")
    }
    guard case .object(let list) = value else { throw failure("is no object") }
    let members = Dictionary(uniqueKeysWithValues: list)
    guard members.count == 3, case .string(let type)? = members["dtype"],
      case .integers(let shape)? = members["shape"],
      case .integers(let offsets)? = members["data_offsets"], offsets.count == 2
    else { throw failure("lacks dtype, shape and data_offsets, or has more") }
    guard let size = elementSizes[type] else { throw failure("has the unknown type '\(type)'") }
    let (begin, end) = (offsets[0], offsets[1])
    guard begin <= end, end <= fileSize - dataStart else {
      throw failure(
        "lies at bytes \(begin)..<\(end) of \(fileSize - dataStart) bytes of data"
          + (begin <= end ? ": the file is truncated" : ""))
    }
    var count = 1
    for extent in shape {
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: extent)
      guard !isTooLarge else { throw failure("has the shape \(shape), too large for memory") }
      count = product
    }
    let (needed, isTooLarge) = count.multipliedReportingOverflow(by: size)
    guard !isTooLarge, needed == end - begin else {
      throw failure(
        "has \(end - begin) bytes; its shape \(shape) of \(type) needs "
          + (isTooLarge ? "more than memory can hold" : "\(needed)"))
    }
    return Entry(
      type: type, shape: shape, count: count, bytes: dataStart + begin..<dataStart + end)
  }

  /// The names in the order of their data, once it is known that these fill the file exactly.
  private static func checkedOrder(
    _ entries: [String: Entry], dataStart: Int, fileSize: Int, path: String
  ) throws -> [String] {
    let ordered = entries.sorted {
      ($0.value.bytes.lowerBound, $0.value.bytes.upperBound, $0.key)
        < ($1.value.bytes.lowerBound, $1.value.bytes.upperBound, $1.key)
    }
    var position = dataStart
    for (name, entry) in ordered {
      guard entry.bytes.lowerBound == position else {
        throw Failure(
          .badData,
          "\(path) has a header whose array '\(name)' starts at byte "
            + "\(entry.bytes.lowerBound - dataStart) of the data; expected \(position - dataStart), "
            + "so that arrays neither overlap nor leave holes")
      }
      position = entry.bytes.upperBound
    }
    guard position == fileSize else {
      throw Failure(
        .badData, "\(path) has \(fileSize - position) bytes after its last array; expected none")
    }
    return ordered.map(\.key)
  }
}
