// Everything that dgflow asks of utf8proc, behind four functions. No other file imports it.
internal import CUTF8Proc

/// The Unicode data behind normalisation and grapheme clusters.
public enum UnicodeData {
  /// The version of the Unicode Character Database in the installed utf8proc, such as `15.0.0`.
  ///
  /// Characters assigned later are left as they are by every normalisation.
  public static var version: String { String(cString: utf8proc_unicode_version()) }
}

/// Applies a normalisation form, and optionally case folding, to short runs of scalars.
struct UnicodeForm {
  private let options: utf8proc_option_t
  private let composes: Bool
  private let folds: Bool
  private var buffer: [Int32] = []
  private var marks: [(order: Int16, index: Int, scalar: Int32)] = []

  init(_ normalisation: TextNormalisation) {
    var flags = UTF8PROC_STABLE.rawValue
    switch normalisation.form {
    case .nfc: flags |= UTF8PROC_COMPOSE.rawValue
    case .nfkc: flags |= UTF8PROC_COMPOSE.rawValue | UTF8PROC_COMPAT.rawValue
    case .none: break
    }
    composes = normalisation.form != .none
    folds = normalisation.foldsCase
    options = utf8proc_option_t(rawValue: flags)
  }

  /// Appends the normalised form of `segment` to `result`.
  ///
  /// Folding happens on text that is already in the form, and the form is applied again, so that
  /// the result does not depend on the order in which marks were typed. Time is linear in the
  /// length but for sorting runs of combining marks, n log n.
  mutating func append(_ segment: [UInt32], to result: inout [UInt32]) {
    buffer.removeAll(keepingCapacity: true)
    for scalar in segment { decompose(Int32(bitPattern: scalar), options) }
    compose()
    if folds {
      let formed = buffer
      let folding = utf8proc_option_t(rawValue: options.rawValue | UTF8PROC_CASEFOLD.rawValue)
      buffer.removeAll(keepingCapacity: true)
      for scalar in formed { decompose(scalar, folding) }
      compose()
    }
    for scalar in buffer { result.append(UInt32(bitPattern: scalar)) }
  }

  /// Appends the decomposition of one scalar to the buffer.
  private mutating func decompose(_ scalar: Int32, _ options: utf8proc_option_t) {
    let start = buffer.count
    var room = 4
    while true {
      buffer.append(contentsOf: repeatElement(0, count: room))
      var bound: Int32 = 0
      let written = buffer.withUnsafeMutableBufferPointer { all in
        all.baseAddress.map {
          utf8proc_decompose_char(scalar, $0 + start, room, options, &bound)
        } ?? 0
      }
      buffer.removeLast(room - min(max(written, 0), room))
      if written >= 0 && written <= room { return }
      buffer.removeLast(buffer.count - start)
      guard written > room else {
        buffer.append(scalar)  // not a scalar that utf8proc accepts: it stays as it is
        return
      }
      room = written
    }
  }

  /// Brings marks into canonical order and composes, in the buffer.
  private mutating func compose() {
    guard composes else { return }
    orderMarks()
    let count = buffer.count
    let written = buffer.withUnsafeMutableBufferPointer { all in
      all.baseAddress.map { utf8proc_normalize_utf32($0, count, options) } ?? 0
    }
    if written >= 0 && written < count { buffer.removeLast(count - written) }
  }

  /// Sorts each run of scalars of non-zero combining class by class, keeping equals in order.
  private mutating func orderMarks() {
    var index = 0
    while index < buffer.count {
      guard combiningClass(buffer[index]) != 0 else {
        index += 1
        continue
      }
      let start = index
      marks.removeAll(keepingCapacity: true)
      var isOrdered = true
      while index < buffer.count {
        let order = combiningClass(buffer[index])
        if order == 0 { break }
        if let last = marks.last, last.order > order { isOrdered = false }
        marks.append((order, index, buffer[index]))
        index += 1
      }
      if isOrdered { continue }
      marks.sort { ($0.order, $0.index) < ($1.order, $1.index) }
      for (offset, mark) in marks.enumerated() { buffer[start + offset] = mark.scalar }
    }
  }
}

/// The canonical combining class of a scalar; 0 for a starter.
func combiningClass(_ scalar: Int32) -> Int16 {
  utf8proc_get_property(scalar).pointee.combining_class
}

/// Whether an extended grapheme cluster may end between two neighbouring scalars (UAX #29).
///
/// `state` starts at 0, may be reset to 0 after each break, and must see every pair in between.
func isGraphemeBreak(_ left: UInt32, _ right: UInt32, state: inout Int32) -> Bool {
  utf8proc_grapheme_break_stateful(Int32(bitPattern: left), Int32(bitPattern: right), &state)
}

/// Whether a scalar shows as itself when printed alone: letters, digits, punctuation and symbols.
///
/// Marks, separators, format characters, private and unassigned scalars do not.
func isPrintable(_ scalar: UInt32) -> Bool {
  let category = utf8proc_category(Int32(bitPattern: scalar))
  switch category {
  case UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LL, UTF8PROC_CATEGORY_LT, UTF8PROC_CATEGORY_LM,
    UTF8PROC_CATEGORY_LO, UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NL, UTF8PROC_CATEGORY_NO,
    UTF8PROC_CATEGORY_PC, UTF8PROC_CATEGORY_PD, UTF8PROC_CATEGORY_PS, UTF8PROC_CATEGORY_PE,
    UTF8PROC_CATEGORY_PI, UTF8PROC_CATEGORY_PF, UTF8PROC_CATEGORY_PO, UTF8PROC_CATEGORY_SM,
    UTF8PROC_CATEGORY_SC, UTF8PROC_CATEGORY_SK, UTF8PROC_CATEGORY_SO:
    return true
  default:
    return false
  }
}

/// Whether a scalar is a combining mark.
func isMark(_ scalar: UInt32) -> Bool {
  switch utf8proc_category(Int32(bitPattern: scalar)) {
  case UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_MC, UTF8PROC_CATEGORY_ME: return true
  default: return false
  }
}
