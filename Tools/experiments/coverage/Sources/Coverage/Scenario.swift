// The known distributions of the table.

/// One source of samples, another of compared samples, a reference, and counts.
struct Scenario {
  enum Kind {
    /// Symbols, each dependent on `memory` before it.
    case markov(memory: Int)
    case phrases(count: Int)
  }

  let name: String
  let kind: Kind
  let symbols: Int
  let length: Int
  let exponent: Double
  /// Tilts of the samples' and the compared samples' law away from the reference's.
  let tilts: (Double, Double)
  let samples: Int
  /// Reference strings for each sample.
  let references: Int
  /// Windows cut from one line, a quarter of their length apart; they share a part.
  var windows = 1
  /// Chance that a row of the compared set is the row of the first.
  var shared = 0.7
  var orders = 1...6

  /// What can be measured: a reference of fewer than twice as many strings has no part to spare.
  var quantities: [Quantity] {
    references < 2 ? Quantity.allCases.filter { $0 != .heldOut } : Quantity.allCases
  }

  static let all: [Scenario] = [
    Scenario(
      name: "4 symbols, independent, law of the reference", kind: .markov(memory: 0), symbols: 4,
      length: 8, exponent: 0.5, tilts: (0, 0.1), samples: 200, references: 5),
    Scenario(
      name: "4 symbols, independent, tilted", kind: .markov(memory: 0), symbols: 4, length: 8,
      exponent: 0.5, tilts: (0.3, 0.3), samples: 200, references: 5, shared: 0.9),
    Scenario(
      name: "27 symbols, independent, law of the reference", kind: .markov(memory: 0),
      symbols: 27, length: 12, exponent: 1, tilts: (0, 0), samples: 200, references: 5),
    Scenario(
      name: "8 symbols, chain, tilted", kind: .markov(memory: 1), symbols: 8, length: 12,
      exponent: 1, tilts: (0.3, 0.32), samples: 400, references: 2),
    Scenario(
      name: "27 symbols, chain, law of the reference", kind: .markov(memory: 1), symbols: 27,
      length: 16, exponent: 1, tilts: (0, 0), samples: 400, references: 5),
    Scenario(
      name: "27 symbols, chain, tilted", kind: .markov(memory: 1), symbols: 27, length: 16,
      exponent: 1, tilts: (0.3, 0.3), samples: 400, references: 5),
    Scenario(
      name: "16 symbols, chain of memory 2, tilted", kind: .markov(memory: 2), symbols: 16,
      length: 12, exponent: 1.5, tilts: (0.3, 0.1), samples: 320, references: 20),
    Scenario(
      name: "100 symbols, chain, tilted", kind: .markov(memory: 1), symbols: 100, length: 16,
      exponent: 1.2, tilts: (0.3, 0.3), samples: 320, references: 5),
    Scenario(
      name: "200 phrases, padded, law of the reference", kind: .phrases(count: 200), symbols: 27,
      length: 24, exponent: 0.8, tilts: (0, 0), samples: 320, references: 5),
    Scenario(
      name: "200 phrases, padded, tilted", kind: .phrases(count: 200), symbols: 27, length: 24,
      exponent: 0.8, tilts: (0.5, 0.5), samples: 320, references: 5, shared: 0.9),
    Scenario(
      name: "2,000 phrases, padded, far, few lines", kind: .phrases(count: 2_000), symbols: 27,
      length: 24, exponent: 0.3, tilts: (2, 2), samples: 200, references: 1),
    Scenario(
      name: "27 symbols, chain, tilted, four windows a line", kind: .markov(memory: 1),
      symbols: 27, length: 16, exponent: 1, tilts: (0.3, 0.3), samples: 800, references: 2,
      windows: 4),
    Scenario(
      name: "64 symbols, independent, tilted, large reference", kind: .markov(memory: 0),
      symbols: 64, length: 16, exponent: 1, tilts: (0.5, 0.5), samples: 200, references: 20,
      shared: 0.9),
    Scenario(
      name: "27 symbols, chain, tilted, 2,000 lines", kind: .markov(memory: 1), symbols: 27,
      length: 12, exponent: 1, tilts: (0.2, 0.25), samples: 2_000, references: 1, shared: 0.9),
    Scenario(
      name: "27 symbols, chain, tilted, 10,000 lines", kind: .markov(memory: 1), symbols: 27,
      length: 12, exponent: 1, tilts: (0.2, 0.25), samples: 10_000, references: 1, orders: 1...3),
    Scenario(
      name: "27 symbols, chain, law of the reference, 10,000 lines", kind: .markov(memory: 1),
      symbols: 27, length: 12, exponent: 1, tilts: (0, 0), samples: 10_000, references: 2,
      orders: 1...3),
  ]
}

/// A source made from a scenario.
struct ScenarioSource {
  private let chain: MarkovText?
  private let sentences: PhraseText?
  private let starts: [Double]
  private let scenario: Scenario

  init(_ scenario: Scenario, tilt: Double, seed: UInt64) {
    self.scenario = scenario
    switch scenario.kind {
    case .markov(let memory):
      let chain = MarkovText(
        symbols: scenario.symbols, memory: memory, exponent: scenario.exponent, tilt: tilt,
        seed: seed)
      var sum = 0.0
      starts = chain.contexts.map {
        sum += $0
        return sum
      }
      (self.chain, sentences) = (chain, nil)
    case .phrases(let count):
      sentences = PhraseText(
        symbols: scenario.symbols, phrases: count, exponent: scenario.exponent, tilt: tilt,
        seed: seed)
      (chain, starts) = (nil, [])
    }
  }

  /// Strings whose parts go by row: windows of one line share one.
  func strings(_ count: Int, _ random: inout SimulationRandom) -> SimulatedStrings {
    var result = SimulatedStrings(length: scenario.length)
    let step = scenario.length / 4
    let long = scenario.length + (scenario.windows - 1) * step
    for line in 0..<count / scenario.windows {
      var tokens: [UInt8] = []
      chain?.append(length: long, starts: starts, to: &tokens, using: &random)
      sentences?.append(length: long, to: &tokens, using: &random)
      for window in 0..<scenario.windows {
        result.tokens += tokens[window * step..<window * step + scenario.length]
        result.parts.append(UInt8(line % 16))
      }
    }
    return result
  }

  /// Strings whose parts go by a hash of the line, as a reference's do.
  func reference(_ count: Int, _ random: inout SimulationRandom) -> SimulatedStrings {
    var result = strings(count, &random)
    for row in 0..<result.count where row % scenario.windows == 0 {
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for place in 0..<scenario.length {
        hash = (hash ^ UInt64(result.tokens[row * scenario.length + place])) &* 0x100_0000_01b3
      }
      for window in row..<min(row + scenario.windows, result.count) {
        result.parts[window] = UInt8((hash ^ hash >> 29) >> 20 & 15)
      }
    }
    return result
  }

  /// JS to another source, where it can be computed: chains, at most 30 million n-grams.
  func divergence(from other: ScenarioSource, order: Int) -> Double? {
    guard let chain, let base = other.chain else { return nil }
    let grams = (0..<order).reduce(1.0) { size, _ in size * Double(scenario.symbols) }
    return grams > 3e7 ? nil : chain.divergence(from: base, order: order)
  }
}
