// Token strings from known distributions, their n-grams in parts, and the walk over both sides.
//
// Used by the tests of intervals, and by Tools/experiments/coverage, which compiles this same file.

import Glibc

#if canImport(NGramScoring)
  @testable import NGramScoring
#endif

/// xoshiro256** by Blackman and Vigna, seeded by SplitMix64: fast, for simulations only.
struct SimulationRandom: RandomNumberGenerator {
  private var state: SIMD4<UInt64>

  init(seed: UInt64) {
    var x = seed
    state = SIMD4(0, 0, 0, 0)
    for index in 0..<4 {
      x &+= 0x9e37_79b9_7f4a_7c15
      var z = x
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      state[index] = z ^ (z >> 31)
    }
  }

  mutating func next() -> UInt64 {
    let product = state[1] &* 5
    let result = ((product << 7) | (product >> 57)) &* 9
    let shifted = state[1] << 17
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = (state[3] << 45) | (state[3] >> 19)
    return result
  }

  /// Uniform in [0, 1).
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Standard normal, by Box and Muller.
  mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }

  /// The index that a uniform number falls on in cumulative weights.
  mutating func pick(_ cumulative: ArraySlice<Double>) -> Int {
    let target = uniform() * (cumulative.last ?? 1)
    var (low, high) = (cumulative.startIndex, cumulative.endIndex - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > target { high = middle } else { low = middle + 1 }
    }
    return low - cumulative.startIndex
  }
}

/// A stationary Markov chain over V symbols with Zipf-like rows, tilted away from a common base.
struct MarkovText {
  let symbols: Int
  let memory: Int
  /// Rows of cumulative probabilities, one for each context of `memory` symbols.
  let rows: [Double]
  /// Probability of each context.
  let contexts: [Double]

  /// - Parameters:
  ///   - exponent: of Zipf's law in each row, over a permutation of the symbols of its own.
  ///   - tilt: standard deviation of the logarithmic change of every probability; 0 for the base.
  ///   - seed: of the tilt.
  init(symbols: Int, memory: Int, exponent: Double, tilt: Double, seed: UInt64) {
    self.symbols = symbols
    self.memory = memory
    let count = (0..<memory).reduce(1) { size, _ in size * symbols }
    var base = SimulationRandom(seed: 1)
    var change = SimulationRandom(seed: 1000 + seed)
    var rows = [Double](repeating: 0, count: count * symbols)
    var chances = rows
    for context in 0..<count {
      let ranks =
        memory == 0 ? Array(0..<symbols) : (0..<symbols).shuffled(using: &base)
      var weights = (0..<symbols).map { symbol in
        pow(Double(1 + ranks[symbol]), -exponent)
          * (memory == 0 ? 1 : pow(Double(1 + symbol), -0.5)) * exp(tilt * change.normal())
      }
      let total = weights.reduce(0, +)
      weights = weights.map { $0 / total }
      var sum = 0.0
      for symbol in 0..<symbols {
        sum += weights[symbol]
        chances[context * symbols + symbol] = weights[symbol]
        rows[context * symbols + symbol] = sum
      }
    }
    self.rows = rows
    var stationary = [Double](repeating: 1 / Double(count), count: count)
    for _ in 0..<200 where memory > 0 {
      var next = [Double](repeating: 0, count: count)
      for context in 0..<count {
        for symbol in 0..<symbols {
          next[(context * symbols + symbol) % count] +=
            stationary[context] * chances[context * symbols + symbol]
        }
      }
      stationary = next
    }
    contexts = stationary
  }

  func append(length: Int, to tokens: inout [UInt8], using random: inout SimulationRandom) {
    var cumulative = contexts
    for index in cumulative.indices.dropFirst() { cumulative[index] += cumulative[index - 1] }
    append(length: length, starts: cumulative, to: &tokens, using: &random)
  }

  /// As above with the contexts' cumulative probabilities at hand.
  func append(
    length: Int, starts: [Double], to tokens: inout [UInt8], using random: inout SimulationRandom
  ) {
    var context = random.pick(starts[...])
    // The context's own symbols are not written: the chain is stationary without them.
    for _ in 0..<length {
      let symbol = random.pick(rows[context * symbols..<(context + 1) * symbols])
      tokens.append(UInt8(symbol))
      context = (context * symbols + symbol) % contexts.count
    }
  }

  /// JS between the n-gram distributions of two chains of the same shape, exactly: O(Vⁿ).
  func divergence(from other: MarkovText, order: Int) -> Double {
    var sum = 0.0
    func extend(_ context: Int, _ left: Int, _ p: Double, _ q: Double) {
      if left == 0 {
        let m = 0.5 * (p + q)
        sum += 0.5 * (p > 0 ? p * log2(p / m) : 0) + 0.5 * (q > 0 ? q * log2(q / m) : 0)
        return
      }
      for symbol in 0..<symbols {
        let row = context * symbols + symbol
        let before = symbol == 0 ? (0, 0) : (rows[row - 1], other.rows[row - 1])
        extend(
          row % contexts.count, left - 1, p * (rows[row] - before.0),
          q * (other.rows[row] - before.1))
      }
    }
    let ends = contexts.count / (0..<max(memory - order, 0)).reduce(1) { size, _ in size * symbols }
    if order >= memory {
      for context in contexts.indices {
        extend(context, order - memory, contexts[context], other.contexts[context])
      }
    } else {
      // Marginal of the last `order` symbols of a context.
      var marginal = [(Double, Double)](repeating: (0, 0), count: ends)
      for context in contexts.indices {
        marginal[context % ends].0 += contexts[context]
        marginal[context % ends].1 += other.contexts[context]
      }
      for (p, q) in marginal { extend(0, 0, p, q) }
    }
    return sum
  }
}

/// Sets of token strings with a part each.
struct SimulatedStrings {
  var tokens: [UInt8] = []
  var parts: [UInt8] = []
  let length: Int

  var count: Int { parts.count }
}

/// The n-grams of strings: ascending keys, counts in parts, sizes.
struct SimulatedNGrams {
  let keys: [UInt64]
  let counts: [PartedCount]
  let totals: PartedTotals

  /// Keys are base-V numbers; V^order × 16 must fit 64 bits.
  init(_ strings: SimulatedStrings, order: Int, symbols: Int) {
    let windows = strings.length - order + 1
    var raw = [UInt64]()
    raw.reserveCapacity(strings.count * windows)
    var sizes = [Int](repeating: 0, count: 16)
    var rows = sizes
    let top = (1..<order).reduce(UInt64(1)) { power, _ in power * UInt64(symbols) }
    for row in 0..<strings.count {
      let part = strings.parts[row]
      rows[Int(part)] += 1
      sizes[Int(part)] += windows
      let begin = row * strings.length
      var key: UInt64 = 0
      for place in 0..<strings.length {
        if place >= order { key -= UInt64(strings.tokens[begin + place - order]) * top }
        key = key * UInt64(symbols) + UInt64(strings.tokens[begin + place])
        if place >= order - 1 { raw.append(key << 4 | UInt64(part)) }
      }
    }
    Self.sort(&raw, below: top * UInt64(symbols) * 16)
    var keys: [UInt64] = []
    var counts: [PartedCount] = []
    var index = 0
    while index < raw.count {
      let key = raw[index] >> 4
      var count = PartedCount()
      while index < raw.count, raw[index] >> 4 == key {
        let entry = raw[index]
        var repeats = 0
        while index < raw.count, raw[index] == entry {
          repeats += 1
          index += 1
        }
        count.add(repeats, part: Int(entry & 15))
      }
      keys.append(key)
      counts.append(count)
    }
    self.keys = keys
    self.counts = counts
    totals = PartedTotals(order: order, strings: rows, ngrams: sizes)
  }

  private init(keys: [UInt64], counts: [PartedCount], totals: PartedTotals) {
    (self.keys, self.counts, self.totals) = (keys, counts, totals)
  }

  /// The n-grams of the parts of `mask`.
  func limited(to mask: UInt16) -> SimulatedNGrams {
    let kept = keys.indices.filter { counts[$0].support & mask != 0 }
    return SimulatedNGrams(
      keys: kept.map { keys[$0] }, counts: kept.map { counts[$0].limited(to: mask) },
      totals: totals.limited(to: mask))
  }

  /// Radix sort, 11 bits a pass.
  private static func sort(_ keys: inout [UInt64], below limit: UInt64) {
    var other = keys
    var shift: UInt64 = 0
    while shift < 64, (limit - 1) >> shift > 0 {
      var places = [Int](repeating: 0, count: 2049)
      for key in keys { places[Int(key >> shift & 2047) + 1] += 1 }
      for digit in 1...2048 { places[digit] += places[digit - 1] }
      for key in keys {
        let digit = Int(key >> shift & 2047)
        other[places[digit]] = key
        places[digit] += 1
      }
      swap(&keys, &other)
      shift += 11
    }
  }

  /// The accumulator of a walk over the union of both sides.
  func walk(
    against reference: SimulatedNGrams, deletingReference: Bool = false
  ) -> GroupDeletions.Accumulator {
    var accumulator = GroupDeletions.Accumulator(
      sample: totals, reference: reference.totals, deletingReference: deletingReference)
    let none = PartedCount()
    var (i, j) = (0, 0)
    while i < keys.count || j < reference.keys.count {
      let key = i < keys.count ? keys[i] : .max
      let other = j < reference.keys.count ? reference.keys[j] : .max
      accumulator.add(
        sample: key <= other ? counts[i] : none,
        reference: other <= key ? reference.counts[j] : none)
      if key <= other { i += 1 }
      if other <= key { j += 1 }
    }
    return accumulator
  }
}
