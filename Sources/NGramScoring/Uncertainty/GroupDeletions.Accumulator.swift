// One walk over the n-grams that leaves out every part and every pair of parts.

import Glibc

extension GroupDeletions {
  /// Takes the n-grams of a walk, one at a time in any order, and makes ``GroupDeletions``.
  ///
  /// All subsets that lack the same number of parts share one size (15/16 and 14/16 of all n-grams);
  /// what parts of unequal size add is made up to second order from derivatives that are summed
  /// alongside. An n-gram in s parts then takes 3 + 2s + s(s − 1)/2 logarithms at most, and none
  /// where only one side holds it. Sums are fixed point: the same to the last bit for every order of
  /// the n-grams and every division among threads.
  public struct Accumulator: Sendable {
    private let sample: PartedTotals
    private let reference: PartedTotals
    private let kernel = OverlapKernel()
    private let sampleLevels: [OverlapKernel.Size]
    private let referenceLevels: [OverlapKernel.Size]
    private var alone = DeletionSums()
    private var joint: DeletionSums?
    private var sampleShape = NonlinearitySums()
    private var referenceShape = NonlinearitySums()
    private var sharing: UInt16 = 0
    private var rareSamples = RareNGrams()
    private var rareReference = RareNGrams()
    /// Rare n-grams beyond this leave nothing to be estimated, whatever the error turns out to be.
    private let mostRareBias: Double

    /// Begins a walk.
    ///
    /// - Parameters:
    ///   - sample: sizes of the samples.
    ///   - reference: sizes of the reference, of the same order.
    ///   - deletingReference: also leaves out part i of the reference together with part i of the
    ///     samples, for ``TrueDivergence``; costs at least as much again.
    /// - Precondition: same order, at least one n-gram on each side.
    public init(sample: PartedTotals, reference: PartedTotals, deletingReference: Bool = false) {
      precondition(
        sample.order == reference.order && sample.allNGrams > 0 && reference.allNGrams > 0,
        "GroupDeletions: orders \(sample.order) and \(reference.order), "
          + "\(sample.allNGrams) and \(reference.allNGrams) n-grams")
      self.sample = sample
      self.reference = reference
      sampleLevels = DeletionSums.levels(Double(sample.allNGrams))
      referenceLevels = DeletionSums.levels(Double(reference.allNGrams))
      joint = deletingReference ? DeletionSums() : nil
      mostRareBias = TrueDivergence.mostRareBias(
        samples: sample.allStrings, references: reference.allStrings)
    }

    /// Takes the counts of one n-gram; a side that lacks it has an empty count.
    @inline(__always)
    public mutating func add(sample counts: PartedCount, reference others: PartedCount) {
      if joint != nil {
        rareSamples.add(counts)
        rareReference.add(others)
      }
      guard counts.total > 0 && others.total > 0 else { return }
      addShared(counts, others)
    }

    private mutating func addShared(_ counts: PartedCount, _ others: PartedCount) {
      sharing |= counts.support
      alone.add(
        counts, others, kernel: kernel, sampleLevels: sampleLevels,
        referenceLevels: referenceLevels, joint: false)
      let q = kernel.frequency(others.total, referenceLevels[0])
      sampleShape.add(kernel.nonlinearity(counts.total, sampleLevels[0], other: q))
      guard joint != nil, !isHopeless else { return }
      joint?.add(
        counts, others, kernel: kernel, sampleLevels: sampleLevels,
        referenceLevels: referenceLevels, joint: true)
      let p = kernel.frequency(counts.total, sampleLevels[0])
      referenceShape.add(kernel.nonlinearity(others.total, referenceLevels[0], other: p))
    }

    private var rareBias: Double {
      rareSamples.bias / Double(sample.allNGrams) + rareReference.bias / Double(reference.allNGrams)
    }

    /// Grows with every n-gram: where it is true in the end, what was not added is not asked for.
    private var isHopeless: Bool { rareBias > mostRareBias }

    /// Adds the n-grams that another accumulator of the same walk took.
    ///
    /// - Precondition: the same totals, and the same choice of deletions.
    public mutating func merge(_ other: Accumulator) {
      precondition(
        sample == other.sample && reference == other.reference
          && (joint == nil) == (other.joint == nil),
        "GroupDeletions: accumulators of different walks merged")
      alone.merge(other.alone)
      if let more = other.joint { joint?.merge(more) }
      sampleShape.merge(other.sampleShape)
      referenceShape.merge(other.referenceShape)
      sharing |= other.sharing
      rareSamples.merge(other.rareSamples)
      rareReference.merge(other.rareReference)
    }

    /// The samples' deletions, against the whole reference: for ``PluginInterval``.
    public func deletions() -> GroupDeletions {
      let values = alone.values(sample: sample.ngrams, reference: nil)
      let means = GroupDeletions.weightedMeans(
        one: values.one, two: values.two, ngrams: sample.ngrams)
      return result(values, means: means, deletesReference: false, slope: 0)
    }

    /// Deletions of both sides together, for ``TrueDivergence``; nil unless they were asked for.
    public func jointDeletions() -> GroupDeletions? {
      guard let joint else { return nil }
      let first = deletions()
      let values = joint.values(sample: sample.ngrams, reference: reference.ngrams)
      if isHopeless || values.one.isEmpty || first.withoutOne.isEmpty {
        return result((first.value, [], []), means: (0, 0), deletesReference: true, slope: 0)
      }
      // What leaving out the reference's parts adds has weights of its own.
      let added = GroupDeletions.weightedMeans(
        one: zip(values.one, first.withoutOne).map { $0 - $1 },
        two: zip(values.two, first.withoutTwo).map { $0 - $1 }, ngrams: reference.ngrams)
      let count = Double(StringParts.count)
      return result(
        values, means: (first.meanWithoutOne + added.one, first.meanWithoutTwo + added.two),
        deletesReference: true,
        slope: (first.value - first.meanWithoutOne) / log(count / (count - 1)))
    }

    private func result(
      _ values: (all: Double, one: [Double], two: [Double]), means: (one: Double, two: Double),
      deletesReference: Bool, slope: Double
    ) -> GroupDeletions {
      let sampleUnit = Double(sample.allNGrams)
      let referenceUnit = Double(reference.allNGrams)
      var second = sampleShape.second / (sampleUnit * sampleUnit)
      var higher = sampleShape.higher / (sampleUnit * sampleUnit)
      var rare = 0.0
      if deletesReference {
        second += referenceShape.second / (referenceUnit * referenceUnit)
        higher += referenceShape.higher / (referenceUnit * referenceUnit)
        rare = rareBias
      }
      let filled = (0..<StringParts.count).filter {
        sample.strings[$0] > 0 && (!deletesReference || reference.strings[$0] > 0)
      }
      return GroupDeletions(
        order: sample.order, value: values.all, withoutOne: values.one, withoutTwo: values.two,
        deletesReference: deletesReference, samples: sample.allStrings, parts: filled.count,
        sharingParts: sharing.nonzeroBitCount, secondOrder: second, higherOrder: higher,
        rareBias: rare, sampleSizes: GroupDeletions.relativeSizes(sample.strings),
        referenceSizes: deletesReference ? GroupDeletions.relativeSizes(reference.strings) : [],
        sampleSlope: slope, meanWithoutOne: means.one, meanWithoutTwo: means.two)
    }
  }
}

/// Sums of ``OverlapKernel/nonlinearity(_:_:other:)``, reproducible.
struct NonlinearitySums: Sendable {
  private var sums = SIMD2<Int64>(0, 0)
  private static let unit = 0x1p24

  var second: Double { Double(sums[0]) / Self.unit }
  var higher: Double { Double(sums[1]) / Self.unit }

  @inline(__always)
  mutating func add(_ terms: (second: Double, higher: Double)) {
    sums[0] &+= Int64(terms.second * Self.unit)
    sums[1] &+= Int64(terms.higher * Self.unit)
  }

  mutating func merge(_ other: NonlinearitySums) { sums &+= other.sums }
}

/// The n-grams that few parts hold, for the criterion of ``TrueDivergence``.
struct RareNGrams: Sendable {
  /// Most parts that hold a rare n-gram.
  static let mostParts = 6
  /// The share of an n-gram's plug-in bias that may be left after the correction.
  static let share = 0.3
  private var repeats = 0

  /// Bits of bias that may be left, times the side's n-grams: share/(8 ln 2) a part and repeat.
  var bias: Double { Double(repeats) / 256 * Self.share / (8 * 0.6931471805599453) }

  /// Repeats in one part come from one line or from few: c/s is the size of such a cluster.
  @inline(__always)
  mutating func add(_ counts: PartedCount) {
    let parts = counts.support.nonzeroBitCount
    if parts == 0 || parts > Self.mostParts { return }
    repeats &+= counts.total &* 256 / parts
  }

  mutating func merge(_ other: RareNGrams) { repeats &+= other.repeats }
}
