import Determinism
import GenerativeModels
import Tensors
import TextCoding

extension LatentCriticScore {
  /// Scores of real token strings, `[N]`, in chunks over threads.
  func scores(of strings: TokenStrings, threads: Int) throws -> [Float] {
    try chunks(count: strings.count, threads: threads) { rows in
      try values(tokens: strings.rows(Array(rows)).withUnsafeTokens { Array($0) })
    }
  }

  /// Scores of the samples at latents, `[N, Z]` → `[N]`, in chunks over threads.
  func scores(at latents: Tensor, threads: Int) throws -> [Float] {
    try chunks(count: latents.shape[0], threads: threads) { try values(latents.rows($0)) }
  }

  private func chunks(
    count: Int, threads: Int, _ body: @Sendable (Range<Int>) throws -> Tensor
  ) throws -> [Float] {
    let chunks = stride(from: 0, to: count, by: 64).map { $0..<min($0 + 64, count) }
    return try Cores.map(shards: chunks.count, threads: threads) { try body(chunks[$0]).values }
      .flatMap { $0 }
  }
}
