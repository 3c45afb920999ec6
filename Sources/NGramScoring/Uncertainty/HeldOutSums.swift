// What one hold-out adds up: samples and thinned real strings against the rest.

import Files

/// The sums of one hold-out over all n-grams of one order.
struct HeldOutSums {
  // Samples against the rest.
  private var sampleDivergence: JensenShannonSum
  private var sampleShares: SupportShares
  private var sampleKL: SmoothedKullbackLeibler
  private var sampleCosine = CosineSimilarity()

  private let wantsKL: Bool
  private let wantsCosine: Bool
  private let parts: UInt16
  private let thinning: Thinning
  /// Expected n-grams of the thinned strings.
  private let thinnedTotal: Double
  private let restTotal: Int

  // Thinned strings against the rest.
  private var thinnedKL: SmoothedKullbackLeibler
  private var thinnedCosine = CosineSimilarity()
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
  ///   - sampleTotal: the samples' n-grams.
  /// - Throws: ``Files/Failure`` `badData` where the rest or the hold-out has no n-gram.
  init(
    totals: PartedTotals, parts: UInt16, strings: Int, samples: Int, sampleTotal: Int,
    measures: NGramScorer.Measures
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
    (wantsKL, wantsCosine) = (measures.wantsKullbackLeibler, measures.wantsCosine)
    sampleKL = SmoothedKullbackLeibler(
      samplesTotal: Double(sampleTotal), referenceTotal: Double(restTotal))
    thinnedKL = SmoothedKullbackLeibler(
      samplesTotal: thinnedTotal, referenceTotal: Double(restTotal))
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
    if wantsKL { addKL(sample, held, rest) }
    if wantsCosine { addCosine(sample, held, rest) }
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

  /// Smoothing asks for every n-gram of the union, in the samples or not.
  private mutating func addKL(_ sample: Int, _ held: Int, _ rest: Int) {
    if sample > 0 || rest > 0 { sampleKL.add(sample, rest) }
    if held > 0 {
      thinning.forEachCount(of: held) { count, probability in
        if count > 0 || rest > 0 { thinnedKL.add(count, rest, probability: probability) }
      }
    } else if rest > 0 {
      thinnedKL.add(0, rest)
    }
  }

  private mutating func addCosine(_ sample: Int, _ held: Int, _ rest: Int) {
    sampleCosine.add(sample, rest)
    let mean = Double(held) * thinning.share
    thinnedCosine.add(mean: mean, square: mean * (mean + 1 - thinning.share), rest)
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

  /// The samples' value against the rest; nil for a metric that was not asked for or does not depend
  /// on the reference.
  func sampleValue(of metric: Metric) -> Double? {
    switch metric {
    case .jensenShannon: sampleDivergence.bits
    case .klOfSamples: wantsKL ? sampleKL.ofSamples : nil
    case .klOfReference: wantsKL ? sampleKL.ofReference : nil
    case .cosine: wantsCosine ? sampleCosine.value : nil
    case .recall: sampleShares.recall
    case .precision: sampleShares.precision
    case .seenShare: sampleShares.seenShare
    case .distinctShare, .duplicateRate, .exactCopyRate, .wordShare, .forwardPerplexity,
      .reversePerplexity:
      nil
    }
  }

  /// The value that the thinned strings are expected to have; nil for a metric that was not asked for
  /// or is not of n-grams.
  ///
  /// JS-n, recall and precision are sums over n-grams, hence exact expectations. The others are
  /// functions of sums, taken at the sums' expectations; sums over thousands of n-grams hardly
  /// scatter.
  func floor(of metric: Metric) -> Double? {
    switch metric {
    case .jensenShannon:
      let outside = (1 - sharedThinned.value) + (1 - sharedRest.value)
      return min(max(0.5 * (shared.value + outside), 0), 1)
    case .klOfSamples: return wantsKL ? thinnedKL.ofSamples : nil
    case .klOfReference: return wantsKL ? thinnedKL.ofReference : nil
    case .cosine: return wantsCosine ? thinnedCosine.value : nil
    case .recall: return sharedRest.value
    case .precision: return sharedThinned.value
    case .seenShare: return sharedDistinct.value / distinct.value
    case .distinctShare: return distinct.value / thinnedTotal
    case .duplicateRate, .exactCopyRate, .wordShare, .forwardPerplexity, .reversePerplexity:
      return nil
    }
  }
}
