// The fast path of normalisation: scalars that no form changes, wherever they stand.

/// Says which scalars a normalisation leaves alone and may be cut before.
///
/// A scalar is *inert* where its combining class is 0, the form and the case folding map it to
/// itself, and it never composes with what stands before it. Text may be divided before an inert
/// scalar and its parts normalised apart. The ranges are the common ones, not all: a scalar that is
/// missing here only takes the slow path. A test checks every range against utf8proc.
struct InertScalars {
  private let isEverything: Bool
  private let ranges: [ClosedRange<UInt32>]

  init(_ normalisation: TextNormalisation) {
    isEverything = normalisation.form == .none && !normalisation.foldsCase
    if normalisation.foldsCase {
      ranges = Self.folded
    } else {
      ranges = normalisation.form == .nfkc ? Self.compatibility : Self.canonical
    }
  }

  /// Whether the scalar, which is not ASCII, is known to be inert.
  @inline(__always)
  func contains(_ scalar: UInt32) -> Bool {
    if isEverything { return true }
    for range in ranges where scalar <= range.upperBound { return scalar >= range.lowerBound }
    return false
  }

  /// Inert under NFC: Latin, Greek, Cyrillic, Hebrew, Arabic and Thai letters, Devanagari with its vowels,
  /// punctuation, kana, ideographs, Hangul syllables, emoji.
  static let canonical: [ClosedRange<UInt32>] = [
    0xA0...0x2FF, 0x3A3...0x482, 0x48A...0x52F, 0x5D0...0x5EA, 0x621...0x64A, 0x900...0x939,
    0x93D...0x94C,
    0xE01...0xE37, 0x10D0...0x10FF, 0x1E00...0x1EFF, 0x2002...0x2027, 0x202A...0x2064,
    0x20A0...0x20C0, 0x2190...0x2328, 0x3000...0x3029, 0x3041...0x3096, 0x309B...0x30FF,
    0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xFF01...0xFFBE, 0x1F300...0x1F64F,
  ]

  /// Inert under NFKC: the ranges above without formatted variants such as `ª`, `…`, `Ａ`.
  static let compatibility: [ClosedRange<UInt32>] = [
    0xC0...0x131, 0x180...0x1C3, 0x3A3...0x3CF, 0x400...0x482, 0x48A...0x52F, 0x5D0...0x5EA,
    0x621...0x64A, 0x900...0x939, 0x93D...0x94C, 0xE01...0xE32, 0x1E00...0x1E99, 0x2012...0x2016,
    0x2018...0x2023, 0x3001...0x3029, 0x3041...0x3096, 0x30A1...0x30FE, 0x4E00...0x9FFF,
    0xAC00...0xD7A3, 0x1F300...0x1F64F,
  ]

  /// Inert under both forms with case folding: lower case and letters without case.
  static let folded: [ClosedRange<UInt32>] = [
    0xE0...0xFF, 0x430...0x45F, 0x5D0...0x5EA, 0x621...0x64A, 0x900...0x939, 0x93D...0x94C,
    0xE01...0xE32,
    0x2012...0x2016, 0x2018...0x2023, 0x3001...0x3029, 0x3041...0x3096, 0x30A1...0x30FE,
    0x4E00...0x9FFF, 0xAC00...0xD7A3, 0x1F300...0x1F64F,
  ]
}
