// Which windows of a token string are counted, and the integers they are counted under.

import Files

/// How windows of neighbouring tokens become integers that sort as the windows do.
///
/// A *window* is n neighbouring positions of one string; near the string's end it is cut short, and
/// the places after the end hold the digit 0. Every n-gram of a shorter order is then the beginning
/// of exactly one window, so that windows of the longest order, counted once, serve all orders:
///
///     key = Σᵢ dᵢ Bⁿ⁻¹⁻ⁱ,   B = V + 2,   d = 0 after the end, token + 1, V + 1 for the begin mark.
///
/// Numeric order of keys is the lexicographic order of windows, so the windows that begin with one
/// j-gram stand together. Where all orders from 1 are wanted, one more window of each string begins
/// at a begin mark before its first token; these keys are the largest of all.
public struct WindowLayout: Sendable, Equatable {
  /// n, the longest order; 1 ≤ n ≤ L.
  public let order: Int
  /// The shortest order that the windows serve; 1 ≤ shortest ≤ n.
  public let shortest: Int
  /// L, the number of tokens in every string.
  public let length: Int
  /// V, padding and unknown included; every token is below it.
  public let vocabularySize: Int
  /// Whether n-grams that contain padding (token 0) are left out.
  public let excludesPadding: Bool

  /// Checks that orders and vocabulary fit each other.
  ///
  /// - Throws: ``Files/Failure`` `usage` where an order is not in 1…L, V is not in 1…65,536, or
  ///   (V + 2)ⁿ exceeds 2¹²⁸.
  public init(
    orders: ClosedRange<Int>, length: Int, vocabularySize: Int, excludingPadding: Bool = false
  ) throws {
    guard orders.lowerBound >= 1 else {
      throw Failure(
        .usage, "n-gram order \(orders.lowerBound) is not positive: choose an order from 1 up")
    }
    guard orders.upperBound <= length else {
      throw Failure(
        .usage,
        "n-gram order \(orders.upperBound) is longer than the token strings (\(length)): "
          + "choose an order of at most \(length)")
    }
    guard (1...65_536).contains(vocabularySize) else {
      throw Failure(
        .usage, "vocabulary size \(vocabularySize) is outside 1...65536, the range of 16-bit tokens"
      )
    }
    order = orders.upperBound
    shortest = orders.lowerBound
    self.length = length
    self.vocabularySize = vocabularySize
    excludesPadding = excludingPadding
    guard largestKey(UInt128.self) != nil else {
      let most = (1...order).last { largestKey(UInt128.self, order: $0) != nil }
      throw Failure(
        .usage,
        "n-grams of order \(order) over a vocabulary of \(vocabularySize) do not fit 128 bits: "
          + "choose an order of at most \(most ?? 1), or a smaller vocabulary")
    }
  }

  /// B, the base of keys: V tokens, the end and the begin mark.
  var base: Int { vocabularySize + 2 }

  /// The digit of the begin mark.
  var beginDigit: Int { vocabularySize + 1 }

  /// Whether windows from a begin mark are counted too: where every order from 1 is served.
  public var holdsBeginnings: Bool { shortest == 1 && !excludesPadding }

  /// The orders that the windows serve.
  public var orders: ClosedRange<Int> { shortest...order }

  /// The most windows that one string has.
  var mostWindows: Int { length - shortest + 1 + (holdsBeginnings ? 1 : 0) }

  /// Strings whose windows are asked for in a table before the first is looked at, at least 1: some
  /// 256 windows, as many as the first cache holds beside their keys.
  var stringsAtOnce: Int { max(1, 256 / mostWindows) }

  /// Whether keys need more than 64 bits.
  var isWide: Bool { largestKey(UInt64.self) == nil }

  /// Bⁿ − 1, or nil where `Key` cannot hold it.
  func largestKey<Key: FixedWidthInteger & UnsignedInteger>(_: Key.Type) -> Key? {
    largestKey(Key.self, order: order)
  }

  private func largestKey<Key: FixedWidthInteger & UnsignedInteger>(
    _: Key.Type, order: Int
  ) -> Key? {
    var largest: Key = 0
    for _ in 0..<order {
      let (product, productOverflow) = largest.multipliedReportingOverflow(by: Key(base))
      let (sum, sumOverflow) = product.addingReportingOverflow(Key(base - 1))
      if productOverflow || sumOverflow { return nil }
      largest = sum
    }
    return largest
  }

  /// Bᵉ for an exponent below n.
  func weight<Key: FixedWidthInteger & UnsignedInteger>(_ exponent: Int, _: Key.Type) -> Key {
    precondition(exponent < order, "WindowLayout.weight: exponent \(exponent) of order \(order)")
    return (0..<exponent).reduce(Key(1)) { weight, _ in weight &* Key(base) }
  }

  /// The n-grams of order `j` in a string without padding rules: L − j + 1.
  func ngrams(ofOrder j: Int) -> Int { max(0, length - j + 1) }

  /// Calls `body` with the order of each n-gram without padding in a string of L tokens.
  @inline(__always)
  func forEachNGramOrder(of string: UnsafePointer<UInt16>, _ body: (_ order: Int) -> Void) {
    var run = 0
    for position in 0..<length {
      run = string[position] == 0 ? 0 : run + 1
      // One n-gram of every order up to the run's length ends here.
      for order in orders where order <= run { body(order) }
    }
  }

  /// Fails where a part has so many strings that one n-gram might occur 2³² times in it.
  ///
  /// An n-gram occurs L times at most in a string; at L = 32 there is room for two thousand million
  /// strings in the 16 parts.
  ///
  /// - Throws: ``Files/Failure`` `badData`.
  func requireRoom(forStringsOfParts strings: [Int]) throws {
    let most = Int(UInt32.max) / length
    guard let largest = strings.max(), largest > most else { return }
    throw Failure(
      .badData,
      "\(largest) strings of \(length) symbols in one of the \(StringParts.count) parts: counts have "
        + "room for \(most); count less text")
  }
}
