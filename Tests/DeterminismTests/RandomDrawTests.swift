import Foundation
import Testing

@testable import Determinism

@Suite struct RandomDrawTests {
  private let stream = RandomStream(seed: 20, name: "draws")

  @Test("uniform numbers lie in [0, 1) and fill it evenly", arguments: [0, 1, 5] as [UInt32])
  func uniformMoments(step: UInt32) {
    let count = 100_000
    var bins = [Int](repeating: 0, count: 64)
    var (sum, squares, neighbours) = (0.0, 0.0, 0.0)
    var previous = 0.5
    for sample in 0..<UInt64(count) {
      let value = Double(stream.uniform(sample: sample, step: step))
      #expect(value >= 0 && value < 1)
      bins[Int(value * 64)] += 1
      sum += value
      squares += value * value
      neighbours += (value - 0.5) * (previous - 0.5)
      previous = value
    }
    let n = Double(count)
    // Five standard errors each.
    #expect(abs(sum / n - 0.5) < 5 * (1.0 / 12 / n).squareRoot())
    #expect(abs(squares / n - 1.0 / 3) < 5 * (4.0 / 45 / n).squareRoot())
    #expect(abs(neighbours / n) < 5 / 12.0 / n.squareRoot())
    let expected = n / 64
    let chiSquare = bins.reduce(0.0) { $0 + pow(Double($1) - expected, 2) / expected }
    // 63 degrees of freedom: mean 63, deviation 11.2.
    #expect(chiSquare > 25 && chiSquare < 120)
  }

  @Test("the Float uniform is the Double uniform rounded down")
  func uniformsAgree() {
    for sample in 0..<1000 as Range<UInt64> {
      let fine = stream.uniformDouble(sample: sample, step: 2)
      let coarse = Double(stream.uniform(sample: sample, step: 2))
      #expect(coarse <= fine && fine < coarse + 0x1p-24)
    }
  }

  @Test("normal numbers have the moments and the distribution of N(0, 1)")
  func normalMoments() {
    let count = 200_000
    var values = stream.normals(samples: 0..<UInt64(count / 100), width: 100, step: 0)
    #expect(values.count == count)
    let n = Double(count)
    var moments = [Double](repeating: 0, count: 5)
    for value in values {
      for power in 1...4 { moments[power] += pow(Double(value), Double(power)) / n }
    }
    // Variances of the moments' estimates: 1, 2, 15, 96 over n.
    #expect(abs(moments[1]) < 5 * (1 / n).squareRoot())
    #expect(abs(moments[2] - 1) < 5 * (2 / n).squareRoot())
    #expect(abs(moments[3]) < 5 * (15 / n).squareRoot())
    #expect(abs(moments[4] - 3) < 5 * (96 / n).squareRoot())
    values.sort()
    var distance = 0.0
    for (rank, value) in values.enumerated() {
      let probability = 0.5 * erfc(-Double(value) / 2.0.squareRoot())
      distance = max(distance, abs(probability - (Double(rank) + 0.5) / n))
    }
    // Kolmogorov and Smirnov: exceeded with probability 1e-5.
    #expect(distance < 2.47 / n.squareRoot())
    #expect(values.allSatisfy { abs($0) <= 6.77 })
  }

  @Test("the four normals of a block are uncorrelated")
  func normalPairs() {
    let rows = 20_000
    let values = stream.normals(samples: 0..<UInt64(rows), width: 4, step: 1)
    for first in 0..<4 {
      for second in 0..<first {
        var (product, squares) = (0.0, 0.0)
        for row in 0..<rows {
          let (x, y) = (Double(values[4 * row + first]), Double(values[4 * row + second]))
          product += x * y
          squares += (x * x - 1) * (y * y - 1)
        }
        let n = Double(rows)
        #expect(abs(product / n) < 5 / n.squareRoot())
        #expect(abs(squares / n) < 5 * 2 / n.squareRoot())
      }
    }
  }

  @Test("element k of a row is the same in every row length", arguments: 0...17)
  func normalPrefixes(width: Int) {
    let whole = stream.normals(samples: 9..<10, width: 40, step: 3)
    #expect(stream.normals(samples: 9..<10, width: width, step: 3) == Array(whole[..<width]))
  }

  @Test("a batch is its rows, in whatever batches they are drawn", arguments: [1, 2, 3, 7, 20])
  func normalBatches(size: Int) {
    let whole = stream.normals(samples: 0..<20, width: 13, step: 3)
    var pieces: [Float] = []
    for start in stride(from: 0, to: 20, by: size) {
      let samples = UInt64(start)..<UInt64(min(start + size, 20))
      pieces += stream.normals(samples: samples, width: 13, step: 3)
    }
    #expect(pieces == whole)
  }

  @Test("kinds of draws share no words")
  func kindsAreApart() {
    let firsts = [
      RandomStream.FirstBlock.normal, RandomStream.FirstBlock.uniform,
      RandomStream.FirstBlock.index, RandomStream.FirstBlock.permutation,
    ]
    let drawn = firsts.map { stream.words(sample: 0, step: 0, block: $0) }
    #expect(Set(drawn).count == 4)
    #expect(zip(firsts, firsts.dropFirst()).allSatisfy { $1 - $0 >= 1 << 29 })
  }

  @Test("indices are even over their range", arguments: [1, 2, 3, 7, 96, 1000])
  func indexIsEven(bound: Int) {
    let count = 100 * bound
    var bins = [Int](repeating: 0, count: bound)
    for sample in 0..<UInt64(count) {
      bins[stream.index(below: bound, sample: sample, step: 1)] += 1
    }
    let chiSquare = bins.reduce(0.0) { $0 + pow(Double($1) - 100, 2) / 100 }
    let freedom = Double(bound - 1)
    #expect(chiSquare <= freedom + 5 * (2 * freedom).squareRoot() + 5)
  }

  @Test("an index below a bound of which no power of two is a multiple is redrawn, not folded")
  func indexRedraws() {
    // Three quarters of the words are accepted; their halves must be even.
    let bound = 3 << 61
    let low = (0..<4000 as Range<UInt64>).count { sample in
      stream.index(below: bound, sample: sample, step: 0) < bound / 2
    }
    #expect(abs(low - 2000) < 160)
  }
}
