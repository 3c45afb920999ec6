import Testing

@testable import Tensors

@Suite("The spectral norm by power iteration")
struct SpectralNormTests {
  private func norm(_ values: [Float], _ rows: Int, _ columns: Int, _ iterations: Int) -> Double {
    values.withUnsafeBufferPointer {
      Operations.spectralNorm($0, rows: rows, columns: columns, iterations: iterations)
    }
  }

  @Test("a product of two vectors has the product of their lengths, after one iteration")
  func rankOne() {
    let (a, b): ([Float], [Float]) = ([3, 0, -4], [1, 2, 2, 4])
    let values = a.flatMap { x in b.map { x * $0 } }
    #expect(abs(norm(values, 3, 4, 1) - 25) < 1e-5)
  }

  @Test("a vector has its length, a diagonal matrix its largest element, nothing has 0")
  func known() {
    #expect(abs(norm([3, 4], 2, 1, 1) - 5) < 1e-6)
    #expect(abs(norm([3, 4], 1, 2, 1) - 5) < 1e-6)
    #expect(abs(norm([2, 0, 0, 0, -5, 0, 0, 0, 1], 3, 3, 20) - 5) < 1e-6)
    #expect(norm([0, 0, 0, 0], 2, 2, 3) == 0)
  }

  @Test("it rises towards the largest singular value with the iterations, on every instruction set")
  func rises() {
    var numbers = Numbers(seed: 5)
    let matrix = numbers.tensor([40, 23]).values
    let limit = reference(matrix, 40, 23)
    for set in Operations.availableInstructionSets {
      Operations.forcing(instructionSet: set) {
        let values = [1, 3, 10, 200].map { norm(matrix, 40, 23, $0) }
        #expect(values == values.sorted())
        #expect(values[0] > 0.5 * limit && values[1] > 0.85 * limit)
        #expect(abs(values[3] - limit) < 1e-5 * limit)
      }
    }
  }

  /// The largest singular value in double precision: as many iterations as settle it.
  private func reference(_ values: [Float], _ rows: Int, _ columns: Int) -> Double {
    var vector = (0..<columns).map { 1 + Double($0) / 7 }
    var length = 0.0
    for _ in 0..<3_000 {
      let left = (0..<rows).map { row in
        (0..<columns).reduce(0.0) { $0 + Double(values[row * columns + $1]) * vector[$1] }
      }
      let next = (0..<columns).map { column in
        (0..<rows).reduce(0.0) { $0 + Double(values[$1 * columns + column]) * left[$1] }
      }
      length = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
      vector = next.map { $0 / length }
    }
    return length.squareRoot()
  }
}
