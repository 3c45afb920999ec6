/// A 64-bit hash that is the same on every machine, in every version, forever.
///
/// FNV-1a over the bytes, then the finaliser of MurmurHash3, so that every bit of the value depends
/// on every byte and fractions of the value's range may be used for splits. It is no protection
/// against somebody who looks for collisions.
///
/// Source: draft-eastlake-fnv, "The FNV Non-Cryptographic Hash Algorithm"; `fmix64` of MurmurHash3.
public struct StableHash: Sendable, Equatable {
  /// The FNV-1a state, before the finaliser.
  public private(set) var state: UInt64 = 0xCBF2_9CE4_8422_2325

  /// Starts a hash of nothing.
  public init() {}

  /// The hash of some bytes.
  public init(_ bytes: some Sequence<UInt8>) { combine(bytes) }

  /// The hash of a text's UTF-8.
  public init(_ text: String) { combine(text) }

  /// Takes in bytes; pieces count as their concatenation.
  @inlinable
  public mutating func combine(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { combine(byte: byte) }
  }

  /// Takes in a text's UTF-8; pieces count as their concatenation.
  public mutating func combine(_ text: String) {
    for byte in text.utf8 { combine(byte: byte) }
  }

  /// Takes in a number as eight bytes, little-endian.
  public mutating func combine(_ number: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      combine(byte: UInt8(truncatingIfNeeded: number >> UInt64(shift)))
    }
  }

  /// Takes in one byte.
  public mutating func combine(byte: UInt8) {
    state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
  }

  /// The hash, uniform over 64 bits.
  public var value: UInt64 { Self.finalised(state) }

  /// The hash as a fraction in [0, 1), from its top 53 bits; for splits.
  public var fraction: Double { Double(value >> 11) * 0x1p-53 }

  /// The hash as 16 hexadecimal digits, lower case.
  public var hex: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// A bijection of 64-bit numbers in which each bit of the result depends on every bit.
  static func finalised(_ number: UInt64) -> UInt64 {
    var x = number
    x = (x ^ (x >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    x = (x ^ (x >> 33)) &* 0xC4CE_B9FE_1A85_EC53
    return x ^ (x >> 33)
  }
}
