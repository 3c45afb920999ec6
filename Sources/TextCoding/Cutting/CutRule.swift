/// Which parts of a line become strings of L symbols.
public enum CutRule: Codable, Hashable, Sendable {
  /// The first L symbols of each line, padded where the line is shorter; as in the published work.
  case first
  /// Windows of L symbols along the line, for corpora that have too few lines.
  ///
  /// The first window begins with the line. The next begins `stride` symbols after the beginning of
  /// the one before or, with `wordStart`, at the first word start from there on: a symbol after a
  /// space that is not itself a space. Windows are whole: what is left at the end and shorter than
  /// L yields nothing, but a line shorter than L yields one padded string. In scripts that write no
  /// spaces, `wordStart` leaves one window a line.
  ///
  /// Both parts have `stride` ≥ 1; `stride` = L makes windows that do not overlap.
  case windows(stride: Int, wordStart: Bool)

  /// Calls `body` with the range of each string among the symbols of a line, in order.
  ///
  /// - Parameters:
  ///   - codes: the symbols of the line, or for ``first`` at least the first `length` of them.
  ///   - length: the number L of symbols in a string.
  @inline(__always)
  func forEachString(
    in codes: UnsafeBufferPointer<SymbolCode>, length: Int, _ body: (Range<Int>) throws -> Void
  ) rethrows {
    guard !codes.isEmpty else { return }
    switch self {
    case .first:
      try body(0..<min(length, codes.count))
    case .windows(let stride, let wordStart):
      precondition(stride >= 1, "CutRule.windows: stride \(stride) is not positive")
      guard codes.count >= length else { return try body(0..<codes.count) }
      var start = 0
      while start <= codes.count - length {
        try body(start..<start + length)
        guard stride <= codes.count - start else { return }
        start += stride
        guard wordStart else { continue }
        while start < codes.count, !(isSpace(codes[start - 1]) && !isSpace(codes[start])) {
          start += 1
        }
      }
    }
  }
}

/// Whether a code is a space: U+0020 or another character of category Zs.
@inline(__always)
func isSpace(_ code: SymbolCode) -> Bool {
  if code < 0x80 { return code == 0x20 }
  return code == 0xA0 || code == 0x3000 || (0x2000...0x200A).contains(code) || code == 0x1680
    || code == 0x202F || code == 0x205F
}
