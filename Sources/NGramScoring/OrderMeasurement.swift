// All metrics of one order from one walk.

import Files

/// One walk over samples and reference that feeds every metric that was asked for.
struct OrderMeasurement {
  let scores: OrderScores

  /// - Throws: ``Files/Failure`` `badData` where either side holds no n-gram of the order.
  init(
    _ samples: NGramCounts, _ reference: NGramCounts, order: Int,
    measures: NGramScorer.Measures
  ) throws {
    try samples.requireNGrams(order)
    try reference.requireNGrams(order)
    let totals = samples.totals(order: order)
    let referenceTotals = reference.totals(order: order)
    let (left, right) = (totals.allNGrams, referenceTotals.allNGrams)
    var divergence = JensenShannonSum(total: left, otherTotal: right)
    var shares = SupportShares(samplesTotal: left, referenceTotal: right)
    var kl = SmoothedKullbackLeibler(
      samplesTotal: Double(left), referenceTotal: Double(right))
    var cosine = CosineSimilarity()
    let (wantsKL, wantsCosine) = (measures.wantsKullbackLeibler, measures.wantsCosine)
    let wantsDeletions = measures.intervals || measures.trueDivergence
    precondition(
      !reference.isRestricted || !(wantsKL || wantsCosine),
      "OrderMeasurement: a reference counted on the samples' support knows the plug-in JS only")
    precondition(
      samples.hasParts && reference.hasParts || !wantsDeletions,
      "OrderMeasurement: an interval needs counts that were kept part by part")
    var deletions = GroupDeletions.Accumulator(
      sample: totals, reference: referenceTotals, deletingReference: measures.trueDivergence)
    let walk = NGramWalk(samples, reference, order: order)
    if wantsDeletions {
      try walk.forEach { sample, real in
        divergence.add(sample.total, real.total)
        shares.add(sample.total, real.total)
        if wantsKL { kl.add(sample.total, real.total) }
        if wantsCosine { cosine.add(sample.total, real.total) }
        deletions.add(sample: sample, reference: real)
      }
    } else {
      try walk.forEachTotal { sample, real in
        divergence.add(sample, real)
        shares.add(sample, real)
        if wantsKL { kl.add(sample, real) }
        if wantsCosine { cosine.add(sample, real) }
      }
    }
    let deleted = wantsDeletions ? deletions.deletions() : nil
    scores = OrderScores(
      order: order, samples: samples.strings, divergence: divergence.bits,
      klOfSamples: wantsKL ? kl.ofSamples : nil, klOfReference: wantsKL ? kl.ofReference : nil,
      cosine: wantsCosine ? cosine.value : nil, recall: shares.recall,
      precision: shares.precision, seenShare: shares.seenShare,
      distinctShare: shares.distinctShare,
      interval: measures.intervals ? deleted.map { PluginInterval(of: $0) } : nil,
      trueDivergence: deletions.jointDeletions().map { TrueDivergence(of: $0) },
      deletions: deleted)
  }
}
