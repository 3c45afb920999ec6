// How much of each side the other holds: precision, recall, the share seen, distinct-n.

/// The shares that need no more than the question whether an n-gram is held by both sides.
///
/// All are exact ratios of integers. `precision_wrt` and `recall_wrt` of the improved-WGAN-training
/// language scripts are the two by mass.
struct SupportShares {
  private let samplesTotal: Int
  private let referenceTotal: Int
  private var samplesDistinct = 0
  private var sharedDistinct = 0
  private var samplesHeld = 0
  private var referenceHeld = 0

  /// - Precondition: both totals are positive.
  init(samplesTotal: Int, referenceTotal: Int) {
    self.samplesTotal = samplesTotal
    self.referenceTotal = referenceTotal
  }

  @inline(__always)
  mutating func add(_ samples: Int, _ reference: Int) {
    guard samples > 0 else { return }
    samplesDistinct &+= 1
    guard reference > 0 else { return }
    sharedDistinct &+= 1
    samplesHeld &+= samples
    referenceHeld &+= reference
  }

  /// N-gram precision by mass: the share of the samples' n-grams, repeats included, whose n-gram
  /// occurs in the reference; in [0, 1].
  var precision: Double { Double(samplesHeld) / Double(samplesTotal) }

  /// N-gram recall by mass: the share of the reference's n-grams, repeats included, whose n-gram
  /// occurs in the samples; in [0, 1].
  var recall: Double { Double(referenceHeld) / Double(referenceTotal) }

  /// The share of the samples' different n-grams that occur in the reference; in [0, 1].
  var seenShare: Double { Double(sharedDistinct) / Double(samplesDistinct) }

  /// Distinct-n: the samples' different n-grams over all their n-grams; in (0, 1].
  var distinctShare: Double { Double(samplesDistinct) / Double(samplesTotal) }
}
