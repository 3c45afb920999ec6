// What one hold-out adds up: samples and thinned real strings against the rest.

import Files

/// The sums of one hold-out over all n-grams of one order.
struct HeldOutSums {
  /// Samples against the rest.
  private(set) var sampleDivergence: JensenShannonSum
  /// Samples against the rest.
  private(set) var sampleShares: SupportShares

  private let parts: UInt16
  private let thinning: Thinning
  /// Expected n-grams of the thinned strings.
  private let thinnedTotal: Double
  private let restTotal: Int
  private var shared = CompensatedSum()
  /// Probability of the rest that n-grams held by both sides are expected to cover.
  private var sharedRest = CompensatedSum()
  private var sharedThinned = CompensatedSum()
  private var reachedRest = CompensatedSum()
  private var distinct = CompensatedSum()
  private var sharedDistinct = CompensatedSum()

  /// - Parameters:
  ///   - totals: the reference's sizes.
  ///   - parts: the parts that are held out.
  ///   - strings: the strings in them.
  ///   - samples: the strings that they are thinned to, at most `strings`.
  /// - Throws: ``Files/Failure`` `badData` where the rest or the hold-out has no n-gram.
  init(
    totals: PartedTotals, parts: UInt16, strings: Int, samples: Int, sampleTotal: Int
  ) throws {
    self.parts = parts
    thinning = Thinning(share: Double(samples) / Double(strings))
    let held = (0..<StringParts.count).filter { parts & (1 << UInt16($0)) != 0 }
      .reduce(0) { $0 + totals.ngrams[$1] }
    restTotal = totals.allNGrams - held
    guard held > 0, restTotal > 0 else {
      throw Failure(
        .badData,
        "no n-grams of order \(totals.order) in a held-out part of the reference: give more text "
          + "or a lower order")
    }
    thinnedTotal = Double(held) * thinning.share
    sampleDivergence = JensenShannonSum(total: sampleTotal, otherTotal: restTotal)
    sampleShares = SupportShares(samplesTotal: sampleTotal, referenceTotal: restTotal)
  }

  /// Adds an n-gram: its count in the samples, and the reference's.
  @inline(__always)
  mutating func add(_ sample: Int, _ reference: PartedCount) {
    let held = reference.support & parts == 0 ? 0 : heldCount(reference)
    let rest = reference.total - held
    if sample > 0 {
      sampleDivergence.add(sample, rest)
      sampleShares.add(sample, rest)
    }
    guard held > 0 else { return }
    let share = Double(rest) / Double(restTotal)
    var absent = 0.0
    var divergence = 0.0
    thinning.forEachCount(of: held) { count, probability in
      if count == 0 {
        absent = probability
      } else if rest > 0 {
        divergence += probability * JensenShannonSum.term(count / thinnedTotal, share)
      }
    }
    distinct.add(1 - absent)
    guard rest > 0 else { return }
    shared.add(divergence)
    sharedRest.add((1 - absent) * share)
    sharedThinned.add(Double(held) * thinning.share / thinnedTotal)
    sharedDistinct.add(1 - absent)
  }

  @inline(__always)
  private func heldCount(_ reference: PartedCount) -> Int {
    var sum = 0
    var rest = reference.support & parts
    while rest != 0 {
      sum &+= reference[rest.trailingZeroBitCount]
      rest &= rest &- 1
    }
    return sum
  }

  /// Expected JS-n of the thinned strings against the rest.
  var floorDivergence: Double {
    let outside = (1 - sharedThinned.value) + (1 - sharedRest.value)
    return min(max(0.5 * (shared.value + outside), 0), 1)
  }
  /// Expected share of the rest's mass that the thinned strings reach.
  var floorRecall: Double { sharedRest.value }
  /// Expected share of the thinned strings' mass that the rest holds.
  var floorPrecision: Double { sharedThinned.value }
  /// Expected different n-grams held by the rest, over expected different n-grams.
  var floorSeenShare: Double { sharedDistinct.value / distinct.value }
  /// Expected different n-grams of the thinned strings over all their n-grams.
  var floorDistinctShare: Double { distinct.value / thinnedTotal }
}
