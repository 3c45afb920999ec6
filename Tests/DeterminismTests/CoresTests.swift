import Foundation
import Synchronization
import Testing

@testable import Determinism

@Suite struct CoresTests {
  private struct Stop: Error, Equatable { let shard: Int }

  @Test("every shard is carried once, for any number of threads", arguments: 0...9)
  func everyShardOnce(shards: Int) {
    for threads in [1, 2, 3, 8, 33] {
      let counts = Mutex([Int](repeating: 0, count: shards))
      Cores.run(shards: shards, threads: threads) { shard in
        counts.withLock { $0[shard] += 1 }
      }
      #expect(counts.withLock { $0.allSatisfy { $0 == 1 } })
    }
  }

  @Test("a thread carries a contiguous run of shards in order")
  func contiguousRuns() {
    for threads in 1...6 {
      let carried = Mutex<[UInt: [Int]]>([:])
      Cores.run(shards: 13, threads: threads) { shard in
        carried.withLock { $0[UInt(pthread_self()), default: []].append(shard) }
      }
      let runs = carried.withLock { $0.values.sorted { $0[0] < $1[0] } }
      #expect(runs == shardRanges(count: 13, shards: threads).map { Array($0) })
      #expect(runs.count == threads)
    }
  }

  @Test("the first run is the calling thread's")
  func callerTakesPart() {
    let caller = UInt(pthread_self())
    let carrier = Mutex(UInt(0))
    Cores.run(shards: 4, threads: 4) { shard in
      if shard == 0 { carrier.withLock { $0 = UInt(pthread_self()) } }
    }
    #expect(carrier.withLock { $0 } == caller)
  }

  @Test("results come in the order of the shards", arguments: [1, 2, 5, 16])
  func mapKeepsOrder(threads: Int) {
    #expect(Cores.map(shards: 11, threads: threads) { $0 * $0 } == (0..<11).map { $0 * $0 })
    #expect(Cores.map(shards: 0, threads: threads) { $0 }.isEmpty)
  }

  @Test("a sum in shard order is bit-identical for any number of threads")
  func orderedReduction() {
    let stream = RandomStream(seed: 3, name: "terms")
    func total(threads: Int) -> Float {
      Cores.map(shards: 8, threads: threads) { shard in
        shardRange(shard, count: 10_000, shards: 8).reduce(Float(0)) {
          $0 + stream.uniform(sample: UInt64($1), step: 0)
        }
      }.reduce(0, +)
    }
    let expected = total(threads: 1)
    for threads in [2, 3, 4, 8] { #expect(total(threads: threads) == expected) }
  }

  @Test("the error of the lowest shard is thrown", arguments: [1, 2, 3, 7, 12])
  func firstError(threads: Int) {
    for bad in [[0], [11], [3, 4], [10, 2, 7], Array(0..<12)] {
      #expect(throws: Stop(shard: bad.min() ?? -1)) {
        try Cores.run(shards: 12, threads: threads) { shard in
          // Later shards fail sooner, so order in time is not what decides.
          usleep(UInt32(200 * (12 - shard)))
          if bad.contains(shard) { throw Stop(shard: shard) }
        }
      }
    }
  }

  @Test("an error leaves the pool in order")
  func worksAfterError() {
    #expect(throws: Stop.self) {
      try Cores.run(shards: 4, threads: 4) { shard in throw Stop(shard: shard) }
    }
    #expect(Cores.map(shards: 4, threads: 4) { $0 } == [0, 1, 2, 3])
  }

  @Test("a call from inside a shard carries its shards alone")
  func nested() {
    let sums = Cores.map(shards: 6, threads: 3) { outer in
      Cores.map(shards: 4, threads: 4) { 10 * outer + $0 }.reduce(0, +)
    }
    #expect(sums == (0..<6).map { 40 * $0 + 6 })
  }

  @Test("calls from many threads take turns")
  func concurrentCalls() async {
    let totals = await withTaskGroup(of: Int.self) { group in
      for caller in 0..<16 {
        group.addTask {
          (0..<20).reduce(0) { total, _ in
            total + Cores.map(shards: 5, threads: 3) { $0 + caller }.reduce(0, +)
          }
        }
      }
      return await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(totals.sorted() == (0..<16).map { 20 * (10 + 5 * $0) })
  }

  @Test("thousands of calls come back")
  func manyCalls() {
    let total = Mutex(0)
    for _ in 0..<5000 {
      Cores.run(shards: 4, threads: 4) { shard in total.withLock { $0 += shard } }
    }
    #expect(total.withLock { $0 } == 30_000)
  }

  @Test("there is a core, and control groups' quotas are read")
  func available() {
    #expect(Cores.available >= 1)
    #expect(Cores.quotaProcessors("max 100000\n") == nil)
    #expect(Cores.quotaProcessors("200000 100000\n") == 2)
    #expect(Cores.quotaProcessors("150000 100000\n") == 2)
    #expect(Cores.quotaProcessors("1000 100000\n") == 1)
    #expect(Cores.quotaProcessors("") == nil)
    #expect(Cores.processors(inList: "\t0-3,8\n") == 5)
    #expect(Cores.processors(inList: "7") == 1)
    #expect(Cores.processors(inList: "x") == nil)
    #expect(Cores.processors(inList: "") == nil)
  }
}
