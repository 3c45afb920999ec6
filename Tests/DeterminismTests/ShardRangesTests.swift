import Testing

@testable import Determinism

@Suite struct ShardRangesTests {
  @Test("ranges are contiguous, cover everything and differ by at most one", arguments: 1...12)
  func covers(shards: Int) {
    for count in 0...30 {
      let ranges = shardRanges(count: count, shards: shards)
      #expect(ranges.count == shards)
      #expect(ranges.flatMap { Array($0) } == Array(0..<count))
      let sizes = ranges.map(\.count)
      #expect(sizes == sizes.sorted(by: >))
      #expect((sizes.first ?? 0) - (sizes.last ?? 0) <= 1)
      for shard in 0..<shards {
        #expect(shardRange(shard, count: count, shards: shards) == ranges[shard])
      }
    }
  }
}
