import Testing

@testable import Tensors

@Suite("Expansion, reduction and product against their references")
struct LinearTests {
  @Test("expand agrees", arguments: Shape.rows)
  func expand(_ s: Shape) {
    var numbers = Numbers(seed: 11)
    let z = numbers.tensor([s.n, s.inputs])
    let weight = numbers.tensor([s.inputs, s.l, s.outputs])
    let bias = numbers.tensor([s.l, s.outputs])
    var y = Sequences(samples: s.n, length: s.l, channels: s.outputs).soiled()
    Operations.forcing(instructionSet: s.set) {
      Operations.expand(z, weight: weight, bias: bias, into: &y, workspace: Workspace())
    }
    let expected = ReferenceOperations.expand(z, weight: weight, bias: bias)
    #expect(difference(y, expected) <= bound(terms: s.inputs + 1))
    #expect(y.paddingIsZero)
    #expect(y.slackIsUntouched)
  }

  @Test("expandTransposed and its gradients agree", arguments: Shape.rows)
  func expandGradients(_ s: Shape) {
    var numbers = Numbers(seed: 12)
    let z = numbers.tensor([s.n, s.inputs])
    let dy = numbers.sequences(s.n, s.l, s.outputs)
    let weight = numbers.tensor([s.inputs, s.l, s.outputs])
    var dz = Tensor(shape: [s.n, s.inputs])
    var dw = weight
    var db = numbers.tensor([s.l, s.outputs])
    var (expectedWeight, expectedBias) = (dw, db)
    let workspace = Workspace()
    Operations.forcing(instructionSet: s.set) {
      Operations.expandTransposed(dy, weight: weight, into: &dz, workspace: workspace)
      Operations.addExpandWeightGradient(
        input: z, cotangent: dy, into: &dw, workspace: workspace)
      Operations.addExpandBiasGradient(cotangent: dy, into: &db)
    }
    ReferenceOperations.addExpandWeightGradient(input: z, cotangent: dy, into: &expectedWeight)
    ReferenceOperations.addExpandBiasGradient(cotangent: dy, into: &expectedBias)
    let expected = ReferenceOperations.expandTransposed(dy, weight: weight)
    #expect(difference(dz, expected) <= bound(terms: s.l * s.outputs))
    #expect(difference(dw, expectedWeight) <= bound(terms: s.n + 1))
    #expect(difference(db, expectedBias) <= bound(terms: s.n + 1))
  }

  @Test("reduce, its transpose and its gradients agree", arguments: Shape.rows)
  func reduction(_ s: Shape) {
    var numbers = Numbers(seed: 13)
    let x = numbers.sequences(s.n, s.l, s.inputs)
    let weight = numbers.tensor([s.l, s.inputs])
    let bias = numbers.tensor([1])
    let cotangent = numbers.tensor([s.n])
    var scores = Tensor(shape: [s.n])
    var dx = x.soiled()
    var dw = weight
    var db = bias
    var (expectedWeight, expectedBias) = (dw, db)
    Operations.forcing(instructionSet: s.set) {
      Operations.reduce(x, weight: weight, bias: bias, into: &scores)
      Operations.reduceTransposed(cotangent: cotangent, weight: weight, into: &dx)
      Operations.addReduceWeightGradient(input: x, cotangent: cotangent, into: &dw)
      Operations.addReduceBiasGradient(cotangent: cotangent, into: &db)
    }
    ReferenceOperations.addReduceWeightGradient(
      input: x, cotangent: cotangent, into: &expectedWeight)
    ReferenceOperations.addReduceBiasGradient(cotangent: cotangent, into: &expectedBias)
    let expected = ReferenceOperations.reduce(x, weight: weight, bias: bias)
    let expectedInput = ReferenceOperations.reduceTransposed(cotangent: cotangent, weight: weight)
    #expect(difference(scores, expected) <= bound(terms: s.l * s.inputs + 1))
    #expect(difference(dx, expectedInput) <= bound(terms: 1))
    #expect(dx.paddingIsZero)
    #expect(difference(dw, expectedWeight) <= bound(terms: s.n + 1))
    #expect(db == expectedBias)
  }

  /// Extents around the tile (6 rows), the vectors and the block (320).
  static let extents: [(Int, Int, Int)] = [
    (1, 1, 1), (1, 7, 3), (5, 8, 1), (6, 16, 320), (7, 17, 321), (8, 63, 5), (11, 64, 641),
    (12, 65, 2), (13, 31, 33), (25, 257, 9), (4, 4, 0), (0, 5, 4), (17, 130, 100),
  ]

  @Test("the product agrees for every stride and touches nothing outside", arguments: extents)
  func product(_ m: Int, _ n: Int, _ k: Int) {
    for set in Operations.availableInstructionSets {
      for form in 0..<16 {
        let (aTransposed, bTransposed) = (form & 1 != 0, form & 2 != 0)
        let (hasBias, accumulates) = (form & 4 != 0, form & 8 != 0)
        var numbers = Numbers(seed: form)
        let aStrides = aTransposed ? (row: 1, column: m + 3) : (row: k + 2, column: 1)
        let bStrides = bTransposed ? (row: 1, column: k + 1) : (row: n + 5, column: 1)
        let a = Guarded(
          rows: aTransposed ? k : m, columns: aTransposed ? m : k,
          stride: aTransposed ? m + 3 : k + 2, numbers: &numbers)
        let b = Guarded(
          rows: bTransposed ? n : k, columns: bTransposed ? k : n,
          stride: bTransposed ? k + 1 : n + 5, numbers: &numbers)
        let start = Guarded(rows: m, columns: n, stride: n + 1, numbers: &numbers)
        let bias = numbers.array(n)
        var got = start
        var expected = start
        Operations.forcing(instructionSet: set) {
          let workspace = Workspace()
          got.withPointers(a, b, bias) { c, a, b, bias in
            Operations.product(
              m: m, n: n, k: k, a: a, aStrides: aStrides, b: b, bStrides: bStrides, c: c,
              cRowStride: n + 1, bias: hasBias ? bias : nil, accumulate: accumulates,
              workspace: workspace)
          }
        }
        expected.withPointers(a, b, bias) { c, a, b, bias in
          ReferenceOperations.product(
            m: m, n: n, k: k, a: a, aStrides: aStrides, b: b, bStrides: bStrides, c: c,
            cRowStride: n + 1, bias: hasBias ? bias : nil, accumulate: accumulates)
        }
        #expect(got.guardsHold, "set \(set), form \(form)")
        let gap = difference(got.inner, expected.inner)
        #expect(gap <= bound(terms: k + 2), "set \(set), form \(form)")
      }
    }
  }

  @Test("tiles and blocks do not change a bit: the product is one chain of multiply-adds")
  func chain() {
    var numbers = Numbers(seed: 5)
    let (m, n, k) = (13, 70, 700)
    let a = numbers.array(m * k)
    let b = numbers.array(k * n)
    for set in Operations.availableInstructionSets where set != "baseline" {
      var c = [Float](repeating: 0, count: m * n)
      Operations.forcing(instructionSet: set) {
        a.withUnsafeBufferPointer { a in
          b.withUnsafeBufferPointer { b in
            c.withUnsafeMutableBufferPointer { c in
              guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else {
                return
              }
              Operations.product(
                m: m, n: n, k: k, a: a, aStrides: (k, 1), b: b, bStrides: (n, 1), c: c,
                cRowStride: n, workspace: Workspace())
            }
          }
        }
      }
      for i in 0..<m {
        for j in 0..<n {
          var sum: Float = 0
          for p in 0..<k { sum.addProduct(a[i * k + p], b[p * n + j]) }
          #expect(c[i * n + j] == sum, "set \(set), row \(i), column \(j)")
        }
      }
    }
  }
}

/// A strided matrix inside memory that is NaN everywhere else.
struct Guarded {
  static let margin = 67
  let rows: Int
  let columns: Int
  let stride: Int
  var memory: [Float]

  init(rows: Int, columns: Int, stride: Int, numbers: inout Numbers) {
    (self.rows, self.columns, self.stride) = (rows, columns, stride)
    memory = Array(repeating: .nan, count: rows * stride + 2 * Guarded.margin)
    for row in 0..<rows {
      for column in 0..<columns {
        memory[Guarded.margin + row * stride + column] = numbers.next()
      }
    }
  }

  var inner: [Float] {
    (0..<rows).flatMap { row in
      memory[Guarded.margin + row * stride..<Guarded.margin + row * stride + columns]
    }
  }

  var guardsHold: Bool {
    memory.filter(\.isNaN).count == memory.count - rows * columns
  }

  mutating func withPointers(
    _ a: Guarded, _ b: Guarded, _ bias: [Float],
    _ body: (
      UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>
    ) -> Void
  ) {
    memory.withUnsafeMutableBufferPointer { c in
      a.memory.withUnsafeBufferPointer { a in
        b.memory.withUnsafeBufferPointer { b in
          bias.withUnsafeBufferPointer { bias in
            guard let c = c.baseAddress, let a = a.baseAddress, let b = b.baseAddress,
              let bias = bias.baseAddress
            else { return }
            body(c + Guarded.margin, a + Guarded.margin, b + Guarded.margin, bias)
          }
        }
      }
    }
  }
}
