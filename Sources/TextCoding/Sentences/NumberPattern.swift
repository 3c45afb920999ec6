/// A uniform or skewed choice of a decimal number from an arithmetic progression, and its spelling.
///
/// `low`, `step` are in units of 10^−decimals. The value is low + step · k, k below `count`.
struct NumberPattern: Sendable, Equatable {
  let low: Int
  let step: Int
  let count: Int
  let decimals: Int
  /// Digits to pad to with zeros.
  let width: Int
  /// Commas between thousands.
  let separatesThousands: Bool
  /// Cube the uniform variate.
  let isSkewed: Bool

  /// Reads `1..20`, `0.5..9.5 by 0.5 skewed`, `1900..2010 plain`.
  ///
  /// Returns nil with a reason when the text is not a number pattern.
  static func read(_ words: [Substring]) -> Result<NumberPattern, ReadingError> {
    guard let range = words.first?.range(ofSeparator: "..") else {
      return .failure(ReadingError("a number needs low..high, as <number 1..20>"))
    }
    var step: Substring = "1"
    var plain = false
    var skewed = false
    var hasStep = false
    var rest = words.dropFirst()
    while let word = rest.popFirst() {
      switch word {
      case "plain": plain = true
      case "skewed": skewed = true
      case "by":
        guard let value = rest.popFirst() else {
          return .failure(ReadingError("`by` needs a step, as <number 5..95 by 5>"))
        }
        step = value
        hasStep = true
      default:
        return .failure(
          ReadingError("`\(word)` is unknown in a number; use by STEP, plain or skewed"))
      }
    }
    let parts = [range.low, range.high, step]
    let decimals = parts.map(fractionDigits).max() ?? 0
    guard let low = scaled(range.low, decimals), let high = scaled(range.high, decimals),
      let unit = scaled(step, decimals), low <= high, unit > 0
    else {
      return .failure(
        ReadingError("`\(words[0])` is not a range low..high of decimals with a step above 0"))
    }
    let stride = hasStep ? unit : 1
    return .success(
      NumberPattern(
        low: low, step: stride, count: (high - low) / stride + 1, decimals: decimals,
        width: range.low.count > 1 && range.low.hasPrefix("0") && decimals == 0
          ? range.low.count : 1,
        separatesThousands: !plain, isSkewed: skewed))
  }

  /// Number `index` of the progression, in ASCII.
  func spelling(_ index: Int) -> [UInt8] {
    let value = low + step * index
    var digits = Array(String(value).utf8)
    while digits.count < max(width, decimals + 1) { digits.insert(48, at: 0) }
    let whole = digits.prefix(digits.count - decimals)
    var bytes: [UInt8] = []
    for (place, digit) in whole.enumerated() {
      let left = whole.count - place
      if separatesThousands && place > 0 && left % 3 == 0 { bytes.append(44) }
      bytes.append(digit)
    }
    if decimals > 0 { bytes += [46] + digits.suffix(decimals) }
    return bytes
  }

  /// The index for a uniform variate in [0, 1).
  func index(uniform: Double) -> Int {
    let variate = isSkewed ? uniform * uniform * uniform : uniform
    return min(count - 1, Int(variate * Double(count)))
  }

  private static func fractionDigits(_ text: Substring) -> Int {
    text.firstIndex(of: ".").map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
  }

  private static func scaled(_ text: Substring, _ decimals: Int) -> Int? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let digits = parts.joined() + String(repeating: "0", count: decimals - fractionDigits(text))
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isASCIIDigit) }),
      digits.count <= 15
    else { return nil }
    return Int(digits)
  }
}

/// Why a piece of grammar could not be read; the reader adds file and line.
struct ReadingError: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

extension Substring {
  /// The parts before and after the first `separator`, both not empty.
  func range(ofSeparator separator: String) -> (low: Substring, high: Substring)? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(separator) {
        let high = self[self.index(index, offsetBy: separator.count)...]
        return index == startIndex || high.isEmpty ? nil : (self[..<index], high)
      }
      index = self.index(after: index)
    }
    return nil
  }
}

extension Character {
  var isASCIIDigit: Bool { ("0"..."9").contains(self) }
  var isASCIILowercase: Bool { ("a"..."z").contains(self) }
}
