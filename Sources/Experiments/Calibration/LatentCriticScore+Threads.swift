import Determinism
import GenerativeModels
import Runs
import Tensors
import TextCoding

extension LatentCriticScore {
  /// Scores of real token strings, `[N]`, in chunks over threads.
  func scores(of strings: TokenStrings, threads: Int) throws -> [Float] {
    try chunks(of: 0..<strings.count, threads: threads) { rows in
      try values(tokens: strings.rows(Array(rows)).withUnsafeTokens { Array($0) })
    }
  }

  /// Scores of a sampler's samples, `[N]`, in chunks over threads.
  func scores(of sampler: TextSampler, samples: Range<Int>, threads: Int) throws -> [Float] {
    try chunks(of: samples, threads: threads) { try values(sampler.latents($0)) }
  }

  private func chunks(
    of range: Range<Int>, threads: Int, _ body: @Sendable (Range<Int>) throws -> Tensor
  ) throws -> [Float] {
    let chunks = stride(from: range.lowerBound, to: range.upperBound, by: 64).map {
      $0..<min($0 + 64, range.upperBound)
    }
    return try Cores.map(shards: chunks.count, threads: threads) { try body(chunks[$0]).values }
      .flatMap { $0 }
  }
}
