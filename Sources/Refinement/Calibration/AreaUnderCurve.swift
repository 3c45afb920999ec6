/// The area under the ROC curve: the probability that a real sample scores above a generated one,
/// ties counting one half.
///
/// AUC = (R − n₊(n₊ + 1)/2)/(n₊ n₋), with R the sum of mid-ranks of the real scores (Mann and
/// Whitney 1947). Exact up to rounding; O(n log n). 0.5 is chance, 1 is separation, below 0.5 the
/// score has the wrong sign.
///
/// - Parameter scores: both kinds, at least one of each.
/// - Returns: a number in [0, 1].
public func areaUnderCurve(_ scores: ScoreSet) -> Double {
  let labelled =
    (scores.real.map { (score: $0, isReal: true) }
    + scores.generated.map { (score: $0, isReal: false) }).sorted { $0.score < $1.score }
  // Twice the number of (real, generated) pairs in the right order, ties counting one: an integer.
  var doubledWins = 0
  var generatedBelow = 0
  var start = 0
  while start < labelled.count {
    var end = start
    var (realHere, generatedHere) = (0, 0)
    while end < labelled.count, labelled[end].score == labelled[start].score {
      if labelled[end].isReal { realHere += 1 } else { generatedHere += 1 }
      end += 1
    }
    doubledWins += realHere * (2 * generatedBelow + generatedHere)
    generatedBelow += generatedHere
    start = end
  }
  return Double(doubledWins) / (2 * Double(scores.real.count) * Double(scores.generated.count))
}
