import Testing

@testable import Tensors

@Suite("Convolution against its reference")
struct ConvolutionTests {
  @Test("convolve agrees and keeps padding zero", arguments: Shape.convolutions)
  func convolve(_ s: Shape) {
    var numbers = Numbers(seed: 1)
    let x = numbers.sequences(s.n, s.l, s.inputs, padding: s.padding)
    let weight = numbers.tensor([s.k, s.inputs, s.outputs])
    let bias = numbers.tensor([s.outputs])
    var y = x.soiled(channels: s.outputs)
    Operations.forcing(instructionSet: s.set) {
      Operations.convolve(x, weight: weight, bias: bias, into: &y, workspace: Workspace())
    }
    let expected = ReferenceOperations.convolve(x, weight: weight, bias: bias)
    #expect(difference(y, expected) <= bound(terms: s.k * s.inputs + 1))
    #expect(y.paddingIsZero)
    #expect(y.slackIsUntouched)
  }

  @Test("convolve without bias agrees", arguments: Operations.availableInstructionSets)
  func convolveWithoutBias(_ set: String) {
    var numbers = Numbers(seed: 2)
    let x = numbers.sequences(3, 7, 16)
    let weight = numbers.tensor([5, 16, 20])
    var y = x.soiled(channels: 20)
    Operations.forcing(instructionSet: set) {
      Operations.convolve(x, weight: weight, bias: nil, into: &y, workspace: Workspace())
    }
    let expected = ReferenceOperations.convolve(x, weight: weight, bias: nil)
    #expect(difference(y, expected) <= bound(terms: 80))
  }

  @Test("convolveTransposed agrees and keeps padding zero", arguments: Shape.convolutions)
  func convolveTransposed(_ s: Shape) {
    var numbers = Numbers(seed: 3)
    let dy = numbers.sequences(s.n, s.l, s.outputs, padding: s.padding)
    let weight = numbers.tensor([s.k, s.inputs, s.outputs])
    var dx = dy.soiled(channels: s.inputs)
    Operations.forcing(instructionSet: s.set) {
      Operations.convolveTransposed(dy, weight: weight, into: &dx, workspace: Workspace())
    }
    let expected = ReferenceOperations.convolveTransposed(dy, weight: weight)
    #expect(difference(dx, expected) <= bound(terms: s.k * s.outputs))
    #expect(dx.paddingIsZero)
    #expect(dx.slackIsUntouched)
  }

  @Test("the weight gradient agrees and adds", arguments: Shape.convolutions)
  func weightGradient(_ s: Shape) {
    var numbers = Numbers(seed: 4)
    let x = numbers.sequences(s.n, s.l, s.inputs, padding: s.padding)
    let dy = numbers.sequences(s.n, s.l, s.outputs, padding: s.padding)
    let start = numbers.tensor([s.k, s.inputs, s.outputs])
    for scale: Float in [1, -0.25] {
      var dw = start
      var expected = start
      Operations.forcing(instructionSet: s.set) {
        Operations.addConvolutionWeightGradient(
          input: x, cotangent: dy, scale: scale, into: &dw, workspace: Workspace())
      }
      ReferenceOperations.addConvolutionWeightGradient(
        input: x, cotangent: dy, scale: scale, into: &expected)
      #expect(difference(dw, expected) <= bound(terms: s.n * s.l + 1))
    }
  }

  @Test("the bias gradient agrees and adds", arguments: Shape.convolutions)
  func biasGradient(_ s: Shape) {
    var numbers = Numbers(seed: 5)
    let dy = numbers.sequences(s.n, s.l, s.outputs, padding: s.padding)
    var db = numbers.tensor([s.outputs])
    var expected = db
    Operations.forcing(instructionSet: s.set) {
      Operations.addBiasGradient(cotangent: dy, into: &db)
    }
    ReferenceOperations.addBiasGradient(cotangent: dy, into: &expected)
    #expect(difference(db, expected) <= bound(terms: s.n * s.l))
  }

  @Test("convolve and convolveTransposed are adjoint: ⟨u, A v⟩ = ⟨Aᵀ u, v⟩")
  func adjoint() {
    var numbers = Numbers(seed: 6)
    let v = numbers.sequences(3, 9, 10)
    let u = numbers.sequences(3, 9, 12)
    let weight = numbers.tensor([5, 10, 12])
    let workspace = Workspace()
    var forward = u
    var backward = v
    Operations.convolve(v, weight: weight, bias: nil, into: &forward, workspace: workspace)
    Operations.convolveTransposed(u, weight: weight, into: &backward, workspace: workspace)
    let left = zip(u.dense.values, forward.dense.values).reduce(0.0) {
      $0 + Double($1.0) * Double($1.1)
    }
    let right = zip(v.dense.values, backward.dense.values).reduce(0.0) {
      $0 + Double($1.0) * Double($1.1)
    }
    #expect(abs(left - right) < 1e-4)
  }

  @Test("an empty batch changes nothing")
  func emptyBatch() {
    var numbers = Numbers(seed: 7)
    let x = Sequences(samples: 0, length: 4, channels: 3)
    let weight = numbers.tensor([3, 3, 5])
    var y = Sequences(samples: 0, length: 4, channels: 5)
    var dw = weight
    let workspace = Workspace()
    Operations.convolve(x, weight: weight, bias: nil, into: &y, workspace: workspace)
    Operations.addConvolutionWeightGradient(
      input: x, cotangent: y, into: &dw, workspace: workspace)
    #expect(y.paddingIsZero)
    #expect(dw == weight)
  }
}
