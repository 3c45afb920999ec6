// A control: text that has the n-grams of real text up to an order and nothing beyond.

import Determinism
import Files
import TextCoding

/// Strings of a Markov chain of characters, fitted to real strings by counting.
///
/// The first k − 1 tokens are those of a real string; each further token follows a random occurrence of the k − 1
/// tokens before it, so its probability is c(h w)/c(h), without smoothing. Padding is a token like any other. At
/// order L it repeats its training text; at a low order its n-grams up to k are real text's and its longer
/// ones are not.
public struct MarkovSampler: Sendable {
  /// Training strings that are used at most: 100,000, chosen here: some 50 MB.
  public static let mostStrings = 100_000

  /// k: a token depends on k − 1 before it.
  public let order: Int
  private let training: TokenStrings
  private let base: UInt64
  /// Contexts in ascending order, one for each place in the training text that is followed by a token.
  private let contexts: [UInt64]
  /// The token that follows each context.
  private let followers: [UInt16]

  /// Counts real strings.
  ///
  /// - Parameters:
  ///   - training: `[N, L]`, N ≥ 1; the first ``mostStrings`` are used.
  ///   - order: k, 2 ≤ k ≤ L.
  ///   - vocabularySize: V; V^(k−1) must fit 64 bits.
  /// - Throws: `Failure` of kind `usage` for an order that does not fit, `badData` without strings.
  public init(training: TokenStrings, order: Int, vocabularySize: Int) throws {
    let length = training.length
    var most = 1
    var reach = UInt64(vocabularySize)
    while most < length {
      let (product, overflow) = reach.multipliedReportingOverflow(by: UInt64(vocabularySize))
      most += 1
      if overflow { break }
      reach = product
    }
    guard (2...max(most, 2)).contains(order), order <= length else {
      throw Failure(
        .usage,
        "a Markov sampler of order \(order) for strings of \(length) of \(vocabularySize) symbols: give 2 to "
          + "\(min(most, length))")
    }
    guard training.count > 0 else {
      throw Failure(.badData, "no strings to fit a Markov sampler to")
    }
    self.order = order
    self.training = training.prefix(min(training.count, Self.mostStrings))
    base = UInt64(vocabularySize)
    let (base, used) = (base, self.training)
    var entries: [(context: UInt64, follower: UInt16)] = []
    entries.reserveCapacity(used.count * (length - order + 1))
    used.withUnsafeTokens { tokens in
      for row in 0..<used.count {
        for place in (order - 1)..<length {
          let here = row * length + place
          entries.append(
            (Self.key(tokens[here - order + 1..<here], base: base), tokens[here]))
        }
      }
    }
    entries.sort { ($0.context, $0.follower) < ($1.context, $1.follower) }
    contexts = entries.map(\.context)
    followers = entries.map(\.follower)
  }

  /// Strings of samples, `[N, L]`: sample i depends on the seed and i alone.
  public func strings(_ samples: Range<Int>, seed: UInt64) -> TokenStrings {
    let stream = RandomStream(seed: seed, name: "Markov sampler")
    let length = training.length
    var tokens: [UInt16] = []
    tokens.reserveCapacity(samples.count * length)
    for sample in samples {
      let first = stream.index(below: training.count, sample: UInt64(sample), step: 0)
      tokens += training[first].prefix(order - 1)
      for place in (order - 1)..<length {
        let context = Self.key(tokens[tokens.count - order + 1..<tokens.count], base: base)
        let range = occurrences(of: context)
        let drawn = stream.index(
          below: range.count, sample: UInt64(sample), step: UInt32(place))
        tokens.append(followers[range.lowerBound + drawn])
      }
    }
    return TokenStrings(tokens: tokens, length: length)
  }

  /// Where a context stands; everywhere for one that only ever ended a string, which any token may follow.
  private func occurrences(of context: UInt64) -> Range<Int> {
    let lower = partition { $0 < context }
    let upper = partition { $0 <= context }
    return lower < upper ? lower..<upper : 0..<contexts.count
  }

  /// The number of contexts for which a condition that holds for a prefix of them holds.
  private func partition(_ holds: (UInt64) -> Bool) -> Int {
    var (low, high) = (0, contexts.count)
    while low < high {
      let middle = (low + high) / 2
      if holds(contexts[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func key(_ tokens: some Sequence<UInt16>, base: UInt64) -> UInt64 {
    tokens.reduce(0) { $0 * base + UInt64($1) }
  }
}
