import Determinism

/// How the rows of a batch are shared by the cores, without influence on the result.
public struct BatchSharing: Sendable, Equatable {
  /// Most samples in one call of the ratio, at least 1; default 64, the batch of the published training.
  public var chunkSize: Int
  /// Threads that share the chunks, at least 1.
  public var threads: Int

  /// A sharing.
  public init(chunkSize: Int = 64, threads: Int = 1) {
    precondition(
      chunkSize >= 1 && threads >= 1,
      "BatchSharing: chunk size \(chunkSize) and threads \(threads) must be at least 1")
    self.chunkSize = chunkSize
    self.threads = threads
  }
}

/// Chunks of at most `chunkSize` rows, as many for each thread where there are enough rows.
func chunkRanges(count: Int, chunkSize: Int, threads: Int) -> [Range<Int>] {
  guard count > 0 else { return [] }
  let least = (count + chunkSize - 1) / chunkSize
  let even = (least + threads - 1) / threads * threads
  return shardRanges(count: count, shards: min(even, count))
}
