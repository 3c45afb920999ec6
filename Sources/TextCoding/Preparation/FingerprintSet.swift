/// A set of 64-bit fingerprints: an open hash table of 16 to 32 bytes for each.
///
/// Two different strings share a fingerprint with probability n²/2⁶⁵, 3·10⁻⁵ for thirty million.
struct FingerprintSet {
  private var slots: [UInt64] = [UInt64](repeating: 0, count: 1 << 10)
  /// The number of fingerprints.
  private(set) var count = 0

  /// Adds a fingerprint; whether it is new.
  mutating func insert(_ fingerprint: UInt64) -> Bool {
    if 2 * (count + 1) > slots.count { grow() }
    let position = position(of: fingerprint)
    guard slots[position] == 0 else { return false }
    slots[position] = Self.stored(fingerprint)
    count += 1
    return true
  }

  /// Whether the fingerprint is there.
  func contains(_ fingerprint: UInt64) -> Bool { slots[position(of: fingerprint)] != 0 }

  /// 0 marks a free slot, so 0 is kept as 1.
  @inline(__always)
  private static func stored(_ fingerprint: UInt64) -> UInt64 { max(fingerprint, 1) }

  @inline(__always)
  private func position(of fingerprint: UInt64) -> Int {
    let wanted = Self.stored(fingerprint)
    let mask = slots.count - 1
    var position = Int(truncatingIfNeeded: wanted) & mask
    while slots[position] != 0 && slots[position] != wanted { position = (position + 1) & mask }
    return position
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: 2 * old.count)
    for fingerprint in old where fingerprint != 0 {
      slots[position(of: fingerprint)] = fingerprint
    }
  }

  /// The fingerprint of a token string; not stable between versions, never written to disk.
  static func fingerprint(_ tokens: UnsafeBufferPointer<UInt16>) -> UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(tokens.count)
    var index = 0
    let raw = UnsafeRawBufferPointer(tokens)
    while index + 4 <= tokens.count {
      hash = mixed(hash ^ raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt64.self))
      index += 4
    }
    while index < tokens.count {
      hash = mixed(hash ^ UInt64(tokens[index]))
      index += 1
    }
    return hash
  }

  /// A bijection in which every bit depends on every bit (the finaliser of MurmurHash3).
  @inline(__always)
  private static func mixed(_ value: UInt64) -> UInt64 {
    var value = value
    value = (value ^ value >> 33) &* 0xFF51_AFD7_ED55_8CCD
    value = (value ^ value >> 33) &* 0xC4CE_B9FE_1A85_EC53
    return value ^ value >> 33
  }
}
