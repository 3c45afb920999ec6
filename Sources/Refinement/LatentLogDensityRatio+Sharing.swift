import Determinism
import Tensors

extension LatentLogDensityRatio {
  /// d of many latents, `[N, Z]` → `[N]`, in chunks over threads; as ``values(_:)``, bit for bit.
  public func values(_ latents: Tensor, sharing: BatchSharing) throws -> [Float] {
    let chunks = chunkRanges(
      count: latents.shape[0], chunkSize: sharing.chunkSize, threads: sharing.threads)
    return try Cores.map(shards: chunks.count, threads: sharing.threads) { chunk in
      try Operations.withFlushedDenormals {
        try values(latents.rows(chunks[chunk])).values
      }
    }.flatMap { $0 }
  }
}
