/// Named arrays in a safetensors file, mapped and checked.
///
/// Opening checks the whole header: sizes, shapes, offsets, names and that the arrays fill the file
/// without holes, overlap or trailing bytes. Values come from the disk when they are touched. A file
/// may hold any of the format's types; this type reads those of ``SafetensorsElement``.
///
/// Source: the safetensors format, https://github.com/huggingface/safetensors.
public struct SafetensorsFile: Sendable {
  /// Free text that was saved along, by key.
  public let metadata: [String: String]
  /// The names of the arrays, in the order of their data.
  public let names: [String]

  private let file: MappedFile
  private let entries: [String: SafetensorsHeader.Entry]

  /// Opens a file and checks its header.
  ///
  /// - Throws: ``Failure`` of kind `missingInput` when the file is absent or unreadable, `badData` when
  ///   it is not a whole and consistent safetensors file.
  public init(contentsOf path: String) throws {
    file = try MappedFile(path: path)
    let header = try SafetensorsHeader(file.bytes, path: path)
    metadata = header.metadata
    names = header.names
    entries = header.entries
  }

  /// Where the file is.
  public var path: String { file.path }

  /// Whether there is an array of that name.
  public func contains(_ name: String) -> Bool { entries[name] != nil }

  /// The shape of an array; `[]` for a single number.
  ///
  /// - Throws: ``Failure`` of kind `badData` when no array has that name.
  public func shape(of name: String) throws -> [Int] { try entry(name).shape }

  /// The format's name of an array's element type, for example `F32`.
  ///
  /// - Throws: ``Failure`` of kind `badData` when no array has that name.
  public func elementType(of name: String) throws -> String { try entry(name).type }

  /// A copy of an array's elements, row-major.
  ///
  /// - Throws: ``Failure`` of kind `badData` when no array has that name or its type differs.
  public func elements<Element: SafetensorsElement>(
    _ name: String, as type: Element.Type = Element.self
  ) throws -> [Element] {
    let entry = try entry(name, as: Element.safetensorsType)
    return file.withBytes { bytes in
      Array(unsafeUninitializedCapacity: entry.count) { buffer, count in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[entry.bytes]))
        count = entry.count
      }
    }
  }

  /// A copy of an `F32` array, row-major.
  ///
  /// - Throws: as ``elements(_:as:)``.
  public func floats(_ name: String) throws -> [Float] { try elements(name) }

  /// A copy of a `U64` array, for counters.
  ///
  /// - Throws: as ``elements(_:as:)``.
  public func unsignedIntegers(_ name: String) throws -> [UInt64] { try elements(name) }

  /// A copy of an `I64` array, for counters.
  ///
  /// - Throws: as ``elements(_:as:)``.
  public func integers(_ name: String) throws -> [Int64] { try elements(name) }

  /// Calls `body` with an `F32` array in place, row-major; valid inside only.
  ///
  /// Files whose data are not aligned, which the format allows, are copied for the call.
  ///
  /// - Throws: as ``elements(_:as:)``, and what `body` throws.
  public func withFloats<R>(
    _ name: String, _ body: (UnsafeBufferPointer<Float>) throws -> R
  ) throws -> R {
    let entry = try entry(name, as: Float.safetensorsType)
    guard entry.bytes.lowerBound.isMultiple(of: MemoryLayout<Float>.alignment) else {
      return try floats(name).withUnsafeBufferPointer(body)
    }
    return try file.withBytes { bytes in
      let part = UnsafeRawBufferPointer(rebasing: bytes[entry.bytes])
      return try body(part.assumingMemoryBound(to: Float.self))
    }
  }

  private func entry(_ name: String) throws -> SafetensorsHeader.Entry {
    guard let entry = entries[name] else {
      throw Failure(
        .badData, "\(path) holds no array named \(name); it holds \(listed(names))")
    }
    return entry
  }

  private func entry(_ name: String, as type: String) throws -> SafetensorsHeader.Entry {
    let entry = try entry(name)
    guard entry.type == type else {
      throw Failure(.badData, "\(path) holds \(name) as \(entry.type); expected \(type)")
    }
    return entry
  }

  /// The first names, for a message.
  private func listed(_ names: [String]) -> String {
    if names.isEmpty { return "none" }
    let shown = names.prefix(6).joined(separator: ", ")
    return names.count > 6 ? "\(shown) and \(names.count - 6) more" : shown
  }
}
