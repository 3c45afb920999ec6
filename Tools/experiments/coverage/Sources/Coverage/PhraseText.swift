// Sentences of phrases: long repeats, words that follow each other, padding.

import Glibc

/// Lines of two to six phrases of three to ten letters, padded with symbol 0 to their length.
///
/// Phrases follow Zipf's law; eight states decide which are likely next. Where two lines share a
/// phrase they share all its n-grams, as real text does.
struct PhraseText {
  private let phrases: [[UInt8]]
  private let states: [[Double]]

  init(symbols: Int, phrases count: Int, exponent: Double, tilt: Double, seed: UInt64) {
    var base = SimulationRandom(seed: 1)
    var change = SimulationRandom(seed: 1000 + seed)
    phrases = (0..<count).map { _ in
      (0..<3 + Int(base.next() % 8)).map { _ in
        let u = base.uniform()
        return UInt8(1 + Int(Double(symbols - 1) * u * u))
      }
    }
    states = (0..<8).map { _ in
      let offset = Int(base.next() % UInt64(count))
      var sum = 0.0
      return (0..<count).map { phrase in
        sum +=
          pow(Double(1 + (phrase * 7 + offset) % count), -exponent) * exp(tilt * change.normal())
        return sum
      }
    }
  }

  func append(length: Int, to tokens: inout [UInt8], using random: inout SimulationRandom) {
    var line: [UInt8] = []
    var state = 0
    for _ in 0..<2 + Int(random.next() % 5) {
      let phrase = random.pick(states[state][...])
      line += phrases[phrase]
      state = (state * 3 + phrase) % states.count
    }
    for place in 0..<length { tokens.append(place < line.count ? line[place] : 0) }
  }
}
