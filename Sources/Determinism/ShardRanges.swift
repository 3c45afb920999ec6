/// Cuts `0..<count` into `shards` contiguous ranges whose sizes differ by at most one.
///
/// The first `count % shards` ranges are the longer ones; with more shards than items the last
/// ranges are empty. The cut depends on the two numbers only.
///
/// - Precondition: `count ≥ 0` and `shards ≥ 1`.
public func shardRanges(count: Int, shards: Int) -> [Range<Int>] {
  (0..<shards).map { shardRange($0, count: count, shards: shards) }
}

/// The range of one shard; see ``shardRanges(count:shards:)``.
///
/// - Precondition: `count ≥ 0`, `shards ≥ 1` and `0 ≤ shard < shards`.
public func shardRange(_ shard: Int, count: Int, shards: Int) -> Range<Int> {
  precondition(
    count >= 0 && shards >= 1 && shard >= 0 && shard < shards,
    "shardRange: shard \(shard) of \(shards) shards over \(count) items")
  let (size, longer) = count.quotientAndRemainder(dividingBy: shards)
  let start = shard * size + min(shard, longer)
  return start..<start + size + (shard < longer ? 1 : 0)
}
