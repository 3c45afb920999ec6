import Testing

@testable import Determinism

@Suite struct StableHashTests {
  @Test("the state before the finaliser is FNV-1a as published")
  func publishedVectors() {
    #expect(StableHash("").state == 0xCBF2_9CE4_8422_2325)
    #expect(StableHash("a").state == 0xAF63_DC4C_8601_EC8C)
    #expect(StableHash("foobar").state == 0x8594_4171_F739_67E8)
  }

  @Test("hashes equal an independent implementation")
  func golden() throws {
    for hash in try GoldenStreams.load().hashes {
      let found = StableHash(hash.text)
      #expect(String(found.state, radix: 16) == hash.fnv)
      #expect(found.hex == hash.hex)
      #expect(found.hex.count == 16)
    }
  }

  @Test("pieces count as their concatenation")
  func pieces() {
    var hash = StableHash()
    hash.combine("foo")
    hash.combine([UInt8]("bar".utf8))
    #expect(hash == StableHash("foobar"))
    #expect(hash == StableHash([UInt8]("foobar".utf8)))
    hash.combine(0x0807_0605_0403_0201 as UInt64)
    #expect(hash == StableHash(Array("foobar".utf8) + [1, 2, 3, 4, 5, 6, 7, 8]))
  }

  @Test("fractions are even over similar texts")
  func fractions() {
    var bins = [Int](repeating: 0, count: 10)
    for number in 0..<10_000 { bins[Int(StableHash("line \(number)").fraction * 10)] += 1 }
    #expect(bins.allSatisfy { abs($0 - 1000) < 150 })
  }
}
