import Yams

/// Turns a Codable value into a YAML node, keys in the order in which the type encodes them.
///
/// Yams' own encoder rounds most numbers to 15 digits, so that a scale read back is not the scale
/// that was fitted. Here every number is written with as many digits as reading needs to give back
/// the same bits (at most 17 for a Double, 9 for a Float).
struct YAMLNodeEncoder: Encoder {
  /// Where an encoded value goes; containers share it by reference and fill it in place.
  final class Slot {
    /// A number, text or null; nil where the slot is a mapping or sequence.
    var scalar: Node?
    var isSequence = false
    private var keys: [String] = []
    /// Values of a mapping, in the order of `keys`, or elements of a sequence.
    private(set) var slots: [Slot] = []

    /// The node of everything below.
    var node: Node {
      if let scalar { return scalar }
      if isSequence { return .sequence(Node.Sequence(slots.map(\.node))) }
      let pairs = zip(keys, slots).map { (YAMLNodeEncoder.node(of: $0), $1.node) }
      return .mapping(Node.Mapping(pairs))
    }

    /// The slot of a key; the same one when asked again.
    func slot(forKey key: String) -> Slot {
      if let index = keys.firstIndex(of: key) { return slots[index] }
      keys.append(key)
      return nextSlot()
    }

    /// A new slot at the end.
    func nextSlot() -> Slot {
      let slot = Slot()
      slots.append(slot)
      return slot
    }
  }

  let slot: Slot
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// The node of a value.
  static func node(of value: some Encodable) throws -> Node {
    let slot = Slot()
    try encode(value, into: slot, path: [])
    return slot.node
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Keyed<Key>(slot: slot, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    slot.isSequence = true
    return Unkeyed(slot: slot, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    Single(slot: slot, codingPath: codingPath)
  }

  fileprivate static func encode(
    _ value: some Encodable, into slot: Slot, path: [any CodingKey]
  ) throws {
    if let node = scalar(value) {
      slot.scalar = node
    } else {
      try value.encode(to: YAMLNodeEncoder(slot: slot, codingPath: path))
    }
  }

  /// The node of a text, quoted where it would read as something else.
  fileprivate static func node(of text: String) -> Node { Node.scalar(text.represented()) }

  fileprivate static var null: Node { Node("null", Tag(.null)) }

  /// The node of a number, Boolean or text; nil for every other value.
  private static func scalar(_ value: some Encodable) -> Node? {
    switch value {
    case let value as Bool: Node(value ? "true" : "false", Tag(.bool))
    case let value as String: node(of: value)
    case let value as Double: number(value)
    case let value as Float: number(value)
    case let value as any FixedWidthInteger: Node(value.description, Tag(.int))
    default: nil
    }
  }

  private static func number<Number: BinaryFloatingPoint & CustomStringConvertible>(
    _ value: Number
  ) -> Node {
    // Swift's description is the shortest text that reads back as the same number.
    let text =
      value.isNaN ? ".nan" : value.isInfinite ? (value < 0 ? "-.inf" : ".inf") : value.description
    return Node(text, Tag(.float))
  }
}

private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let slot: YAMLNodeEncoder.Slot
  let codingPath: [any CodingKey]

  func encodeNil(forKey key: Key) {
    slot.slot(forKey: key.stringValue).scalar = YAMLNodeEncoder.null
  }

  func encode(_ value: some Encodable, forKey key: Key) throws {
    try YAMLNodeEncoder.encode(
      value, into: slot.slot(forKey: key.stringValue), path: codingPath + [key])
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) -> KeyedEncodingContainer<NestedKey> {
    nested(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    nested(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder {
    YAMLNodeEncoder(slot: slot.slot(forKey: "super"), codingPath: codingPath)
  }

  func superEncoder(forKey key: Key) -> any Encoder { nested(key) }

  private func nested(_ key: Key) -> YAMLNodeEncoder {
    YAMLNodeEncoder(slot: slot.slot(forKey: key.stringValue), codingPath: codingPath + [key])
  }
}

private struct Unkeyed: UnkeyedEncodingContainer {
  let slot: YAMLNodeEncoder.Slot
  let codingPath: [any CodingKey]

  var count: Int { slot.slots.count }

  func encodeNil() { slot.nextSlot().scalar = YAMLNodeEncoder.null }

  func encode(_ value: some Encodable) throws {
    try YAMLNodeEncoder.encode(value, into: slot.nextSlot(), path: codingPath)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) -> KeyedEncodingContainer<NestedKey> {
    nested.container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested.unkeyedContainer() }

  func superEncoder() -> any Encoder { nested }

  private var nested: YAMLNodeEncoder {
    YAMLNodeEncoder(slot: slot.nextSlot(), codingPath: codingPath)
  }
}

private struct Single: SingleValueEncodingContainer {
  let slot: YAMLNodeEncoder.Slot
  let codingPath: [any CodingKey]

  func encodeNil() { slot.scalar = YAMLNodeEncoder.null }

  func encode(_ value: some Encodable) throws {
    try YAMLNodeEncoder.encode(value, into: slot, path: codingPath)
  }
}
