import Determinism
import Files
import Runs
import Testing
import TextCoding

@testable import Experiments

@Suite("A fresh classifier")
struct TwoSampleClassifierTests {
  private let folder: TemporaryFolder
  private let corpus: PreparedCorpus

  init() throws {
    folder = try TemporaryFolder()
    corpus = try Small.corpus(at: folder.file("corpus"), lines: Small.lines(3_000))
  }

  private func finding(on samples: TokenStrings, threads: Int = 2) throws
    -> TwoSampleClassifier.Finding
  {
    var settings = TwoSampleClassifier.Settings()
    settings.width = 8
    settings.steps = 60
    settings.every = 10
    return try TwoSampleClassifier(
      corpus: corpus, split: .test, settings: settings, threads: threads
    ).finding(on: samples)
  }

  @Test("it finds nothing in real text and much in text of other letters, on any threads")
  func judges() throws {
    // Training text is new to no one, but test text is as real: validation strings are neither.
    let real = try corpus.strings(.validation)
    let same = try finding(on: real)
    let lines = try corpus.strings(.test).count
    #expect(same.judges == min((real.count - real.count / 2) / 2, lines / 2))
    #expect(same.logLoss > 0.6 && (10...60).contains(same.step), "\(same)")
    #expect((0.35...0.65).contains(same.areaUnderCurve))
    let turned = TokenStrings(
      tokens: real.withUnsafeTokens { tokens in
        (0..<tokens.count).map { tokens[$0 / 12 * 12 + 11 - $0 % 12] }
      }, length: 12)
    let other = try finding(on: turned)
    #expect(other.logLoss < same.logLoss - 0.2 && other.areaUnderCurve > 0.9, "\(other)")
    #expect(try finding(on: turned, threads: 1) == other)
  }

  @Test("what cannot be judged is refused")
  func refused() throws {
    expectFailure(.usage, "too few") { _ = try finding(on: try corpus.strings(.test).prefix(3)) }
    expectFailure(.usage, "--split") {
      _ = try TwoSampleClassifier(corpus: corpus, split: .train, threads: 1)
    }
  }
}
