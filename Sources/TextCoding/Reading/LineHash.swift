// A hash of a line of text, by which lines are dealt out evenly.

/// The hash of a line's bytes: the same line has the same hash on every machine, in every version.
///
/// Eight bytes at a time, then the finaliser of MurmurHash3. Every bit depends on every byte, so that
/// the top bits divide lines evenly. It is no protection against somebody who looks for collisions.
public func lineHash(_ line: UnsafeBufferPointer<UInt8>) -> UInt64 {
  let bytes = UnsafeRawBufferPointer(line)
  var state = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
  var index = 0
  while index + 8 <= bytes.count {
    let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    state = (state ^ word) &* 0xD6E8_FEB8_6659_FD93
    state ^= state >> 32
    index += 8
  }
  var rest: UInt64 = 0
  while index < bytes.count {
    rest = rest << 8 | UInt64(bytes[index])
    index += 1
  }
  state = (state ^ rest) &* 0xD6E8_FEB8_6659_FD93
  state = (state ^ (state >> 33)) &* 0xFF51_AFD7_ED55_8CCD
  state = (state ^ (state >> 33)) &* 0xC4CE_B9FE_1A85_EC53
  return state ^ (state >> 33)
}
