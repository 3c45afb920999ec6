// Which scalars may never be symbols because they control devices or end lines, and the error that
// carries one to the place which knows file and line.
import Files

/// Whether the scalar is a C0 or C1 control, DEL, or a line or paragraph separator.
@inline(__always)
func isControl(_ scalar: UInt32) -> Bool {
  scalar < 0x20 || (scalar >= 0x7F && scalar < 0xA0) || scalar == 0x2028 || scalar == 0x2029
}

/// A control character met where the normalisation refuses them.
struct ControlCharacter: Error {
  let scalar: UInt32
  /// Its first byte, counted from 0 at the beginning of the line.
  let offset: Int

  /// The error for the user; `place` says where the text stands, such as `news.txt, line 3`.
  func failure(in place: String) -> Failure {
    let digits = String(scalar, radix: 16, uppercase: true)
    let code = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return Failure(
      .badData,
      "\(place), byte \(offset + 1): control character U+\(code) is refused; "
        + "remove it, or let control characters be replaced by a space")
  }
}
