/// Writes named arrays to a safetensors file, atomically.
///
/// Data start at a multiple of 64 bytes; 8-byte types come first, then 4-byte types, each in the
/// order they were added, so every array is aligned for its type. The same arrays give the same
/// bytes.
public struct SafetensorsWriter {
  /// Free text to save along, by key.
  public var metadata: [String: String]

  private struct Entry {
    let name: String
    let type: String
    let shape: [Int]
    let elementSize: Int
    let bytes: [UInt8]
  }

  private var entries: [Entry] = []
  private var names: Set<String> = []

  /// Starts with no arrays.
  public init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// Adds an array, row-major.
  ///
  /// - Parameters:
  ///   - name: its name, such as `blocks.0.conv1.weight`; unlike all others.
  ///   - shape: its extents; `[]` for a single number.
  ///   - elements: as many as the product of the extents.
  public mutating func add<Element: SafetensorsElement>(
    _ name: String, shape: [Int], _ elements: UnsafeBufferPointer<Element>
  ) {
    precondition(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == elements.count,
      "SafetensorsWriter.add: \(name) has the shape \(shape) and \(elements.count) elements")
    precondition(name != "__metadata__", "SafetensorsWriter.add: __metadata__ is no array's name")
    precondition(names.insert(name).inserted, "SafetensorsWriter.add: \(name) is added twice")
    entries.append(
      Entry(
        name: name, type: Element.safetensorsType, shape: shape,
        elementSize: MemoryLayout<Element>.size, bytes: Array(UnsafeRawBufferPointer(elements))))
  }

  /// Adds an array, row-major; see ``add(_:shape:_:)``.
  public mutating func add<Element: SafetensorsElement>(
    _ name: String, shape: [Int], _ elements: [Element]
  ) {
    elements.withUnsafeBufferPointer { add(name, shape: shape, $0) }
  }

  /// Adds an `F32` array, row-major; see ``add(_:shape:_:)``.
  public mutating func add(_ name: String, shape: [Int], floats: [Float]) {
    add(name, shape: shape, floats)
  }

  /// Adds a `U64` array, for counters.
  public mutating func add(_ name: String, unsignedIntegers: [UInt64]) {
    add(name, shape: [unsignedIntegers.count], unsignedIntegers)
  }

  /// Adds an `I64` array, for counters.
  public mutating func add(_ name: String, integers: [Int64]) {
    add(name, shape: [integers.count], integers)
  }

  /// Writes everything to a path, replacing a file that is there.
  ///
  /// - Throws: ``Failure`` of kind `cannotWrite`, naming the path and the remedy.
  public func write(
    to path: String, sink: AtomicFile.SinkFactory = AtomicFile.fileSink
  ) throws {
    let wide = entries.filter { $0.elementSize == 8 }
    let ordered = wide + entries.filter { $0.elementSize != 8 }
    let writer = try AtomicFile.Writer(path: path, sink: sink)
    try writer.write(header(ordered))
    for entry in ordered { try writer.write(entry.bytes) }
    try writer.commit()
  }

  private func header(_ entries: [Entry]) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }
        .map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
      members.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var position = 0
    for entry in entries {
      let shape = entry.shape.map(String.init).joined(separator: ",")
      let end = position + entry.bytes.count
      members.append(
        "\(Self.quoted(entry.name)):{\"dtype\":\"\(entry.type)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(position),\(end)]}")
      position = end
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    while !(8 + text.count).isMultiple(of: 64) { text.append(0x20) }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
