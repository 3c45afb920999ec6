import Foundation
import Testing

@testable import Tensors

/// Values from `Tools/golden/tensor_operations.py` (PyTorch, float64; Adam in float32).
private struct Golden: Decodable {
  struct Convolution: Decodable {
    let shape: [Int]
    let x, weight, bias, cotangent, y, dx, dw, db: [Float]
  }
  struct Expansion: Decodable {
    let shape: [Int]
    let z, weight, bias, cotangent, y, dz, dw, db: [Float]
  }
  struct Reduction: Decodable {
    let shape: [Int]
    let x, weight, bias, cotangent, scores, dx, dw, db: [Float]
  }
  struct Softmax: Decodable {
    let shape: [Int]
    let logits, cotangent, p, dx: [Float]
  }
  struct Adam: Decodable {
    let start: [Float]
    let gradients: [[Float]]
    let parameter, first, second: [Float]
  }
  let convolutions: [Convolution]
  let expansion: Expansion
  let reduction: Reduction
  let softmax: Softmax
  let adam: Adam

  static func load() throws -> Golden {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/tensor_operations.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }
}

@Suite("Operations against PyTorch")
struct GoldenTests {
  @Test("convolution and its gradients equal conv1d's")
  func convolution() throws {
    let workspace = Workspace()
    for g in try Golden.load().convolutions {
      let (n, l, inputs, outputs, k) = (g.shape[0], g.shape[1], g.shape[2], g.shape[3], g.shape[4])
      let x = Sequences(Tensor(shape: [n, l, inputs], values: g.x))
      let dy = Sequences(Tensor(shape: [n, l, outputs], values: g.cotangent))
      let weight = Tensor(shape: [k, inputs, outputs], values: g.weight)
      let bias = Tensor(shape: [outputs], values: g.bias)
      var y = dy.soiled()
      var dx = x.soiled()
      var dw = Tensor(shape: weight.shape)
      var db = Tensor(shape: bias.shape)
      Operations.convolve(x, weight: weight, bias: bias, into: &y, workspace: workspace)
      Operations.convolveTransposed(dy, weight: weight, into: &dx, workspace: workspace)
      Operations.addConvolutionWeightGradient(
        input: x, cotangent: dy, into: &dw, workspace: workspace)
      Operations.addBiasGradient(cotangent: dy, into: &db)
      #expect(difference(y.dense.values, g.y) <= 2e-6)
      #expect(difference(dx.dense.values, g.dx) <= 2e-6)
      #expect(difference(dw.values, g.dw) <= 2e-6)
      #expect(difference(db.values, g.db) <= 2e-6)
    }
  }

  @Test("expansion and its gradients equal a linear layer's")
  func expansion() throws {
    let g = try Golden.load().expansion
    let (n, latents, l, c) = (g.shape[0], g.shape[1], g.shape[2], g.shape[3])
    let z = Tensor(shape: [n, latents], values: g.z)
    let dy = Sequences(Tensor(shape: [n, l, c], values: g.cotangent))
    let weight = Tensor(shape: [latents, l, c], values: g.weight)
    let workspace = Workspace()
    var y = dy.soiled()
    var dz = Tensor(shape: z.shape)
    var dw = Tensor(shape: weight.shape)
    var db = Tensor(shape: [l, c])
    Operations.expand(
      z, weight: weight, bias: Tensor(shape: [l, c], values: g.bias), into: &y,
      workspace: workspace)
    Operations.expandTransposed(dy, weight: weight, into: &dz, workspace: workspace)
    Operations.addExpandWeightGradient(input: z, cotangent: dy, into: &dw, workspace: workspace)
    Operations.addExpandBiasGradient(cotangent: dy, into: &db)
    #expect(difference(y.dense.values, g.y) <= 1e-6)
    #expect(difference(dz.values, g.dz) <= 1e-6)
    #expect(difference(dw.values, g.dw) <= 1e-6)
    #expect(difference(db.values, g.db) <= 1e-6)
  }

  @Test("reduction and its gradients equal a linear layer's")
  func reduction() throws {
    let g = try Golden.load().reduction
    let (n, l, c) = (g.shape[0], g.shape[1], g.shape[2])
    let x = Sequences(Tensor(shape: [n, l, c], values: g.x))
    let cotangent = Tensor(shape: [n], values: g.cotangent)
    let weight = Tensor(shape: [l, c], values: g.weight)
    var scores = Tensor(shape: [n])
    var dx = x.soiled()
    var dw = Tensor(shape: [l, c])
    var db = Tensor(shape: [1])
    Operations.reduce(
      x, weight: weight, bias: Tensor(shape: [1], values: g.bias), into: &scores)
    Operations.reduceTransposed(cotangent: cotangent, weight: weight, into: &dx)
    Operations.addReduceWeightGradient(input: x, cotangent: cotangent, into: &dw)
    Operations.addReduceBiasGradient(cotangent: cotangent, into: &db)
    #expect(difference(scores.values, g.scores) <= 1e-6)
    #expect(difference(dx.dense.values, g.dx) <= 1e-6)
    #expect(difference(dw.values, g.dw) <= 1e-6)
    #expect(difference(db.values, g.db) <= 1e-6)
  }

  @Test("softmax and its derivative equal PyTorch's")
  func softmax() throws {
    let g = try Golden.load().softmax
    let logits = Sequences(Tensor(shape: g.shape, values: g.logits))
    let cotangent = Sequences(Tensor(shape: g.shape, values: g.cotangent))
    var p = logits.soiled()
    var dx = logits.soiled()
    Operations.softmax(logits, into: &p)
    Operations.softmaxDerivative(p, cotangent, into: &dx)
    #expect(difference(p.dense.values, g.p) <= 2e-7)
    #expect(difference(dx.dense.values, g.dx) <= 2e-7)
  }

  @Test("six steps of Adam end where PyTorch's end")
  func adam() throws {
    let g = try Golden.load().adam
    let count = g.start.count
    var parameter = Tensor(shape: [count], values: g.start)
    var first = Tensor(shape: [count])
    var second = Tensor(shape: [count])
    for (index, gradient) in g.gradients.enumerated() {
      Operations.adam(
        parameter: &parameter, gradient: Tensor(shape: [count], values: gradient), first: &first,
        second: &second, rate: 1e-3, beta1: 0.5, beta2: 0.9, epsilon: 1e-8, step: index + 1)
    }
    #expect(difference(parameter.values, g.parameter) <= 1.2e-7)
    #expect(difference(first.values, g.first) <= 1.2e-7)
    #expect(difference(second.values, g.second) <= 1.2e-7)
  }
}
