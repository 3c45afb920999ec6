// The deletions against a plain recount, and what is said where nothing can be.

import Glibc
import Testing

@testable import NGramScoring

@Suite struct DeletionTests {
  /// Strings over a few symbols; `parts` gives each its part.
  static func strings(
    _ count: Int, length: Int, symbols: Int, seed: UInt64,
    part: (Int, inout SimulationRandom) -> Int
  ) -> SimulatedStrings {
    var random = SimulationRandom(seed: seed)
    var result = SimulatedStrings(length: length)
    for row in 0..<count {
      for _ in 0..<length {
        let u = random.uniform()
        result.tokens.append(UInt8(Double(symbols) * u * u))
      }
      result.parts.append(UInt8(part(row, &random)))
    }
    return result
  }

  /// JS of the strings whose part is not in `gone`, by dictionaries.
  static func recount(
    _ sample: SimulatedStrings, _ reference: SimulatedStrings, order: Int, without gone: Set<UInt8>,
    joint: Bool
  ) -> Double {
    func frequencies(_ strings: SimulatedStrings, _ gone: Set<UInt8>) -> [[UInt8]: Double] {
      var counts: [[UInt8]: Int] = [:]
      var total = 0
      for row in 0..<strings.count where !gone.contains(strings.parts[row]) {
        let begin = row * strings.length
        for place in 0...(strings.length - order) {
          counts[Array(strings.tokens[begin + place..<begin + place + order]), default: 0] += 1
          total += 1
        }
      }
      return counts.mapValues { Double($0) / Double(total) }
    }
    let p = frequencies(sample, gone)
    let q = frequencies(reference, joint ? gone : [])
    var sum = 0.0
    for (gram, a) in p {
      let m = 0.5 * (a + q[gram, default: 0])
      sum += 0.5 * a * log2(a / m)
    }
    for (gram, b) in q {
      let m = 0.5 * (b + p[gram, default: 0])
      sum += 0.5 * b * log2(b / m)
    }
    return sum
  }

  static func check(
    _ sample: SimulatedStrings, _ reference: SimulatedStrings, symbols: Int,
    orders: [Int] = [1, 2, 4],
    tolerance: Double, seed: UInt64
  ) throws {
    for order in orders {
      let accumulator = SimulatedNGrams(sample, order: order, symbols: symbols).walk(
        against: SimulatedNGrams(reference, order: order, symbols: symbols),
        deletingReference: true)
      let joint = try #require(accumulator.jointDeletions())
      // Where the criterion gave up early there is nothing to compare.
      for (deletions, isJoint) in [(accumulator.deletions(), false), (joint, true)] {
        if isJoint && deletions.withoutOne.isEmpty { continue }
        func plain(_ gone: Set<UInt8>) -> Double {
          recount(sample, reference, order: order, without: gone, joint: isJoint)
        }
        let context = "seed \(seed) order \(order) joint \(isJoint)"
        #expect(abs(deletions.value - plain([])) < 1e-12, "\(context)")
        for i in 0..<16 {
          let expected = plain([UInt8(i)])
          #expect(abs(deletions.withoutOne[i] - expected) < tolerance, "\(context) without \(i)")
          for j in 0..<i where (i + j) % 5 == 0 {
            let expected = plain([UInt8(i), UInt8(j)])
            #expect(
              abs(deletions.withoutTwo[GroupDeletions.pair(i, j)] - expected) < tolerance,
              "\(context) without \(i) and \(j)")
          }
        }
      }
    }
  }

  @Test(arguments: [3, 17, 40] as [UInt64])
  func equalPartsAgreeWithARecount(seed: UInt64) throws {
    let sample = Self.strings(64, length: 9, symbols: 6, seed: seed) { row, _ in row % 16 }
    let reference = Self.strings(96, length: 9, symbols: 5, seed: seed + 1) { row, _ in row % 16 }
    try Self.check(sample, reference, symbols: 6, tolerance: 1e-11, seed: seed)
  }

  /// Forty symbols and thousands of strings: bigrams frequent enough for a power series.
  @Test func frequentNGramsAgreeWithARecount() throws {
    let sample = Self.strings(2_400, length: 9, symbols: 40, seed: 71) { row, _ in row % 16 }
    let reference = Self.strings(3_200, length: 9, symbols: 36, seed: 72) { row, _ in row % 16 }
    let counts = SimulatedNGrams(sample, order: 2, symbols: 40)
    let frequent = counts.counts.count {
      $0.total >= DenseDeletions.fewest && $0.total < 30 * DenseDeletions.fewest
    }
    #expect(frequent > 50)
    try Self.check(sample, reference, symbols: 40, orders: [2], tolerance: 1e-9, seed: 71)
  }

  /// Parts by chance differ in size by a tenth and more: derivatives make up for it, all but a
  /// few hundredths of the standard error (0.005 here at order 4).
  @Test(arguments: [5, 23] as [UInt64])
  func unequalPartsAgreeWithARecountToASmallShareOfTheError(seed: UInt64) throws {
    func part(_ row: Int, _ random: inout SimulationRandom) -> Int {
      row < 16 ? row : Int(random.next() % 16)
    }
    let sample = Self.strings(1600, length: 9, symbols: 6, seed: seed, part: part)
    let reference = Self.strings(2400, length: 9, symbols: 5, seed: seed + 1, part: part)
    try Self.check(sample, reference, symbols: 6, tolerance: 5e-5, seed: seed)
  }

  @Test func shardsAndOrderChangeNoBit() {
    let sample = Self.strings(200, length: 9, symbols: 6, seed: 8) { row, _ in row % 16 }
    let reference = Self.strings(300, length: 9, symbols: 6, seed: 9) { row, _ in row % 16 }
    let p = SimulatedNGrams(sample, order: 3, symbols: 6)
    let q = SimulatedNGrams(reference, order: 3, symbols: 6)
    let whole = p.walk(against: q, deletingReference: true)
    let others = Dictionary(uniqueKeysWithValues: zip(q.keys, q.counts))
    let mine = Dictionary(uniqueKeysWithValues: zip(p.keys, p.counts))
    var shards = (0..<3).map { _ in
      GroupDeletions.Accumulator(
        sample: p.totals, reference: q.totals, deletingReference: true)
    }
    for key in Set(p.keys).union(q.keys).sorted(by: >) {
      shards[Int(key % 3)].add(
        sample: mine[key] ?? PartedCount(), reference: others[key] ?? PartedCount())
    }
    var merged = shards[2]
    merged.merge(shards[0])
    merged.merge(shards[1])
    #expect(merged.deletions() == whole.deletions())
    #expect(merged.jointDeletions() == whole.jointDeletions())
  }

  @Test func fewerStringsThanPartsHaveNoInterval() {
    let sample = Self.strings(9, length: 9, symbols: 6, seed: 2) { row, _ in row % 16 }
    let reference = Self.strings(90, length: 9, symbols: 6, seed: 3) { row, _ in row % 16 }
    let deletions = SimulatedNGrams(sample, order: 2, symbols: 6).walk(
      against: SimulatedNGrams(reference, order: 2, symbols: 6)
    ).deletions()
    let interval = PluginInterval(of: deletions)
    #expect(interval.gap == .tooFewStrings)
    #expect(interval.lower == nil && interval.standardError == nil)
    #expect(interval.value > 0)
  }

  @Test func oneStringHasNoInterval() {
    let sample = Self.strings(1, length: 9, symbols: 6, seed: 2) { row, _ in row }
    let deletions = SimulatedNGrams(sample, order: 1, symbols: 6).walk(
      against: SimulatedNGrams(sample, order: 1, symbols: 6)
    ).deletions()
    #expect(abs(deletions.value) < 1e-12)
    #expect(PluginInterval(of: deletions).gap == .tooFewStrings)
  }

  @Test func equalStringsHaveNoVariation() {
    var sample = SimulatedStrings(length: 4)
    for row in 0..<64 {
      sample.tokens += [0, 1, 2, 1]
      sample.parts.append(UInt8(row % 16))
    }
    let reference = Self.strings(90, length: 9, symbols: 3, seed: 3) { row, _ in row % 16 }
    let walk = SimulatedNGrams(sample, order: 1, symbols: 3).walk(
      against: SimulatedNGrams(reference, order: 1, symbols: 3))
    #expect(PluginInterval(of: walk.deletions()).gap == .noVariation)
    let paired = ScoreDifference(paired: walk.deletions(), minus: walk.deletions())
    #expect(paired.gap == .noVariation)
    #expect(paired.value == 0)
  }

  @Test func unseenNGramsScoreOneWithoutAnInterval() throws {
    var sample = Self.strings(64, length: 9, symbols: 3, seed: 5) { row, _ in row % 16 }
    let reference = sample
    sample.tokens = sample.tokens.map { $0 + 3 }
    let walk = SimulatedNGrams(sample, order: 2, symbols: 6).walk(
      against: SimulatedNGrams(reference, order: 2, symbols: 6), deletingReference: true)
    let interval = PluginInterval(of: walk.deletions())
    #expect(interval.value == 1)
    #expect(interval.gap == .tooFewShared)
    let joint = try #require(walk.jointDeletions())
    #expect(TrueDivergence(of: joint).estimate == nil)
  }

  @Test func countsThatDifferAreWarnedOf() {
    let reference = SimulatedNGrams(
      Self.strings(300, length: 9, symbols: 6, seed: 3) { row, _ in row % 16 }, order: 2, symbols: 6
    )
    let values = [64, 128].map { count in
      SimulatedNGrams(
        Self.strings(count, length: 9, symbols: 6, seed: 4) { row, _ in row % 16 }, order: 2,
        symbols: 6
      ).walk(against: reference).deletions()
    }
    let difference = ScoreDifference(independent: values[0], minus: values[1])
    #expect(difference.warning == CountMismatch(64, 128))
    #expect(difference.warning?.message.contains("64 and 128") == true)
    #expect(CountMismatch(64, 64) == nil)
  }

  @Test func fractionalQuantilesLieBetweenWholeOnes() {
    #expect(abs(StudentT.twoSidedQuantile(0.95, fractional: 10) - 2.228138851986) < 1e-9)
    // SciPy 1.17.1: scipy.stats.t.ppf(0.975, 10.5) = 2.2138402929
    #expect(abs(StudentT.twoSidedQuantile(0.95, fractional: 10.5) - 2.21384) < 1e-3)
  }
}
