import Determinism
import Files
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Markov sampler")
struct MarkovSamplerTests {
  /// Random strings of five symbols with a strong preference for the next one.
  private let training: TokenStrings = {
    let stream = RandomStream(seed: 3, name: "Markov test")
    let tokens = (0..<2_000).flatMap { row -> [UInt16] in
      var token = UInt16(stream.index(below: 5, sample: UInt64(row), step: 0))
      return (0..<8).map { place in
        let stays = stream.index(below: 10, sample: UInt64(row), step: UInt32(place + 1))
        token = stays < 7 ? (token + 1) % 5 : UInt16(stays - 7)
        return token
      }
    }
    return TokenStrings(tokens: tokens, length: 8)
  }()

  @Test("a sample depends on its index and the seed alone")
  func deterministic() throws {
    let sampler = try MarkovSampler(training: training, order: 3, vocabularySize: 5)
    let whole = sampler.strings(0..<50, seed: 1)
    #expect(whole.count == 50)
    #expect(Array(sampler.strings(20..<30, seed: 1)[3]) == Array(whole[23]))
    #expect(Array(sampler.strings(0..<1, seed: 2)[0]) != Array(whole[0]))
  }

  @Test("a token follows the one before as often as in the training text")
  func pairs() throws {
    let sampler = try MarkovSampler(training: training, order: 2, vocabularySize: 5)
    func table(_ strings: TokenStrings) -> [Int] {
      var counts = [Int](repeating: 0, count: 25)
      for row in 0..<strings.count {
        for (first, second) in zip(strings[row], strings[row].dropFirst()) {
          counts[5 * Int(first) + Int(second)] += 1
        }
      }
      return counts
    }
    let real = table(training)
    let made = table(sampler.strings(0..<20_000, seed: 4))
    for first in 0..<5 {
      let row = 5 * first..<5 * first + 5
      let (all, total) = (real[row].reduce(0, +), made[row].reduce(0, +))
      for index in row {
        let share = Double(real[index]) / Double(all)
        let deviation = (Double(total) * share * (1 - share)).squareRoot()
        #expect(abs(Double(made[index]) - Double(total) * share) <= 4.5 * deviation)
      }
    }
  }

  @Test("every n-gram of its order is in the training text; at order L it copies strings")
  func support() throws {
    for order in [3, 8] {
      func grams(_ strings: TokenStrings) -> Set<[UInt16]> {
        var grams: Set<[UInt16]> = []
        for row in 0..<strings.count {
          let tokens = Array(strings[row])
          for start in 0...(8 - order) { grams.insert(Array(tokens[start..<start + order])) }
        }
        return grams
      }
      let sampler = try MarkovSampler(training: training, order: order, vocabularySize: 5)
      #expect(grams(sampler.strings(0..<300, seed: 1)).isSubset(of: grams(training)))
    }
  }

  @Test("orders that do not fit are refused")
  func refused() {
    for (order, size) in [(1, 5), (9, 5), (8, 1_000)] {
      let failure = #expect(throws: Failure.self) {
        _ = try MarkovSampler(training: training, order: order, vocabularySize: size)
      }
      #expect(failure?.kind == .usage)
    }
    let empty = TokenStrings(tokens: [], length: 8)
    #expect(throws: Failure.self) {
      _ = try MarkovSampler(training: empty, order: 2, vocabularySize: 5)
    }
  }
}
