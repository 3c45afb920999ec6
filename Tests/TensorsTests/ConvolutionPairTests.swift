import Testing

@testable import Tensors

@Suite("Weight gradients of several pairs")
struct ConvolutionPairTests {
  @Test(
    "pairs merged before the inverse transform give the sum of their gradients",
    arguments: Operations.availableInstructionSets)
  func merged(_ set: String) {
    var numbers = Numbers(seed: 81)
    let workspace = Workspace()
    let pairs = [(5, Float(1)), (3, 0.3), (13, -0.25)].map {
      (numbers.sequences($0.0, 9, 20), numbers.sequences($0.0, 9, 33), $0.1)
    }
    let start = numbers.tensor([5, 20, 33])
    var (dw, expected) = (start, start)
    var sums = TransformedGradient(inputs: 20, outputs: 33)
    Operations.forcing(instructionSet: set) {
      // Sums that were used before leave nothing behind.
      Operations.addConvolutionWeightGradient(
        input: pairs[0].0, cotangent: pairs[0].1, into: &sums, workspace: workspace)
      sums.removeAll()
      #expect(sums.isEmpty)
      for (x, dy, scale) in pairs {
        Operations.addConvolutionWeightGradient(
          input: x, cotangent: dy, scale: scale, into: &sums, workspace: workspace)
      }
      Operations.addConvolutionWeightGradient(sums, into: &dw)
    }
    for (x, dy, scale) in pairs {
      ReferenceOperations.addConvolutionWeightGradient(
        input: x, cotangent: dy, scale: scale, into: &expected)
    }
    #expect(Deviation(of: dw, from: expected).isWithinBounds)
  }

  @Test(
    "a range of samples is what a copy of them is, bit for bit",
    arguments: Operations.availableInstructionSets)
  func ranges(_ set: String) {
    var numbers = Numbers(seed: 82)
    let (x, dy) = (numbers.sequences(6, 7, 18), numbers.sequences(9, 7, 21))
    let workspace = Workspace()
    Operations.forcing(instructionSet: set) {
      var (part, copied) = (Tensor(shape: [5, 18, 21]), Tensor(shape: [5, 18, 21]))
      Operations.addConvolutionWeightGradient(
        input: x, samples: 1..<4, cotangent: dy, cotangentSamples: 6..<9, into: &part,
        workspace: workspace)
      Operations.addConvolutionWeightGradient(
        input: x.samples(1..<4), cotangent: dy.samples(6..<9), into: &copied,
        workspace: workspace)
      #expect(bits(part.values) == bits(copied.values))
      var sums = TransformedGradient(inputs: 18, outputs: 21)
      var copiedSums = sums
      Operations.addConvolutionWeightGradient(
        input: x, samples: 1..<4, cotangent: dy, cotangentSamples: 6..<9, into: &sums,
        workspace: workspace)
      Operations.addConvolutionWeightGradient(
        input: x.samples(1..<4), cotangent: dy.samples(6..<9), into: &copiedSums,
        workspace: workspace)
      (part, copied) = (Tensor(shape: [5, 18, 21]), Tensor(shape: [5, 18, 21]))
      Operations.addConvolutionWeightGradient(sums, into: &part)
      Operations.addConvolutionWeightGradient(copiedSums, into: &copied)
      #expect(bits(part.values) == bits(copied.values))
      var (bias, copiedBias) = (Tensor(shape: [21]), Tensor(shape: [21]))
      Operations.addBiasGradient(cotangent: dy, samples: 6..<9, into: &bias)
      Operations.addBiasGradient(cotangent: dy.samples(6..<9), into: &copiedBias)
      #expect(bits(bias.values) == bits(copiedBias.values))
    }
  }

  @Test("no samples add nothing")
  func empty() {
    var numbers = Numbers(seed: 83)
    let x = numbers.sequences(2, 4, 16)
    var sums = TransformedGradient(inputs: 16, outputs: 16)
    var dw = numbers.tensor([5, 16, 16])
    let start = dw
    Operations.addConvolutionWeightGradient(
      input: x, samples: 1..<1, cotangent: x, cotangentSamples: 2..<2, into: &sums,
      workspace: Workspace())
    #expect(sums.isEmpty)
    Operations.addConvolutionWeightGradient(sums, into: &dw)
    #expect(dw == start)
    var y = Sequences(samples: 0, length: 4, channels: 16)
    Operations.convolve(
      y, weight: start, transformed: TransformedWeight(start), bias: nil, into: &y,
      workspace: Workspace())
    #expect(y.paddingIsZero)
  }
}
