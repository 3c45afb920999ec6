import Foundation
import Testing

@testable import Determinism

@Suite struct RandomStreamTests {
  @Test("Philox4x32-10 gives the words that Random123 publishes")
  func publishedVectors() throws {
    let golden = try GoldenStreams.load()
    #expect(golden.philox.count == 3)
    for vector in golden.philox {
      let (counter, key) = (words(vector.counter), words(vector.key))
      let found = Philox.words(counter: SIMD4(counter), key: SIMD2(key))
      #expect((0..<4).map { found[$0] } == words(vector.words))
    }
  }

  @Test("all draws equal an independent implementation")
  func goldenDraws() throws {
    let golden = try GoldenStreams.load()
    #expect(golden.streams.count == 9)
    for draws in golden.streams {
      let stream = RandomStream(seed: try #require(UInt64(draws.seed)), name: draws.name)
      let sample = try #require(UInt64(draws.sample))
      let found = stream.words(sample: sample, step: draws.step, block: 7)
      #expect((0..<4).map { found[$0] } == draws.words)
      #expect(stream.uniform(sample: sample, step: draws.step) == draws.uniform24)
      #expect(stream.uniformDouble(sample: sample, step: draws.step) == draws.uniform53)
      for pair in draws.indices {
        let bound = try #require(Int(pair[0]))
        #expect(
          String(stream.index(below: bound, sample: sample, step: draws.step)) == pair[1])
      }
      let normals = stream.normals(samples: sample..<sample + 1, width: 11, step: draws.step)
      #expect(normals == draws.normals)
      #expect(stream.shuffled(Array(0..<12), step: draws.step) == draws.shuffled)
    }
  }

  @Test("seeds and names give different streams")
  func keysDiffer() {
    var seen: Set<SIMD4<UInt32>> = []
    for seed in [0, 1, 2, 1 << 32, UInt64.max] {
      for name in ["", "a", "b", "latents", "noise"] {
        let stream = RandomStream(seed: seed, name: name)
        #expect(seen.insert(stream.words(sample: 0, step: 0, block: 0)).inserted)
      }
    }
  }

  @Test("each part of the counter matters")
  func counterMatters() {
    let stream = RandomStream(seed: 1, name: "counter")
    var seen: Set<SIMD4<UInt32>> = []
    for sample in [0, 1, 1 << 32, UInt64.max] {
      for step in [0, 1, UInt32.max] {
        for block in [0, 1, UInt32.max] {
          #expect(seen.insert(stream.words(sample: sample, step: step, block: block)).inserted)
        }
      }
    }
  }

  @Test("a stream survives coding, and its JSON holds the seed and the name")
  func coding() throws {
    let stream = RandomStream(seed: UInt64.max, name: "noise ξ")
    let data = try JSONEncoder().encode(stream)
    let copy = try JSONDecoder().decode(RandomStream.self, from: data)
    #expect(copy == stream)
    #expect(
      copy.words(sample: 3, step: 4, block: 5) == stream.words(sample: 3, step: 4, block: 5))
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    #expect(object?["name"] as? String == "noise ξ")
    #expect(object?["seed"] as? UInt64 == UInt64.max)
  }
}
