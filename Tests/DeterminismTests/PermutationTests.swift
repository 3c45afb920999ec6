import Testing

@testable import Determinism

@Suite struct PermutationTests {
  private let stream = RandomStream(seed: 5, name: "order")

  @Test("a shuffle holds the same items", arguments: 0...9)
  func sameItems(count: Int) {
    let items = (0..<count).map { $0 * $0 }
    #expect(stream.shuffled(items).sorted() == items)
  }

  @Test("each order of three items is equally likely")
  func ordersAreEven() {
    var counts: [[Int]: Int] = [:]
    for step in 0..<6000 as Range<UInt32> {
      counts[stream.shuffled([0, 1, 2], step: step), default: 0] += 1
    }
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { abs($0 - 1000) < 150 })
  }

  @Test("distinct indices are the front of the shuffle", arguments: 0...12)
  func frontOfShuffle(count: Int) {
    let whole = stream.shuffled(Array(0..<12), step: 3)
    #expect(stream.distinctIndices(count: count, below: 12, step: 3) == Array(whole[..<count]))
  }

  @Test("few indices of many are distinct and in range, without memory for the many")
  func fewOfMany() {
    let indices = stream.distinctIndices(count: 1000, below: 1 << 40)
    #expect(Set(indices).count == 1000)
    #expect(indices.allSatisfy { $0 >= 0 && $0 < 1 << 40 })
  }
}
