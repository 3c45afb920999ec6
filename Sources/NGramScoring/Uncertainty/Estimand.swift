// What a number with an interval is an estimate of.

/// What an interval is for; its raw value stands in every output.
public enum Estimand: String, Sendable, Codable, Equatable {
  /// The mean of the plug-in value over new samples of the same number, the reference as it is.
  ///
  /// Contains the bias of the counts. The plug-in value estimates it without bias.
  case expectedPlugin = "expected plug-in value at these counts against this reference"
  /// The difference of two such means, first minus second.
  case expectedPluginDifference =
    "difference of expected plug-in values at these counts against this reference"
  /// The divergence between the two distributions themselves, what infinite counts would give.
  case trueDivergence = "true divergence"
}

/// Why an interval cannot be had.
public enum IntervalGap: String, Sendable, Codable, Equatable {
  /// One of the sixteen parts has no string, or one or two hold every n-gram.
  case tooFewStrings = "fewer independent lines than the 16 parts need"
  /// Hardly a sample n-gram is in the reference: the value rests on a handful of occurrences.
  case tooFewShared = "too few n-grams are shared with the reference"
  /// Leaving parts out changes nothing, as where all strings are equal.
  case noVariation = "the parts are all alike"
  /// The two sets of samples differ in hardly any part.
  case tooFewDifferences = "the two sets differ in too few parts"
  /// Too many n-grams are rare for the bias to be corrected.
  case notEstimable = "not estimable at this count"
}

/// A warning that two values must not be compared, since they saw different numbers of strings.
///
/// The bias of a plug-in divergence falls with the count: a difference between 1,000 and 10,000
/// samples says nothing of the distributions.
public struct CountMismatch: Sendable, Codable, Equatable {
  /// Strings behind the first value.
  public let first: Int
  /// Strings behind the second value.
  public let second: Int

  /// Nil where the counts agree.
  public init?(_ first: Int, _ second: Int) {
    if first == second { return nil }
    self.first = first
    self.second = second
  }

  /// One sentence for people.
  public var message: String {
    "values at \(first) and \(second) samples are not comparable: the bias depends on the count"
  }
}
