import Testing

@testable import Tensors

@Suite("What becomes of a convolution's sums")
struct ConvolutionFinishTests {
  /// Every combination of parts.
  private static let finishes: [(rectifies: Bool, masks: Bool, scale: Float, adds: Bool)] =
    [false, true].flatMap { rectifies in
      [false, true].flatMap { masks in
        [(1, false), (0.3, false), (1, true), (0.3, true)].map {
          (rectifies, masks, Float($0.0), $0.1)
        }
      }
    }

  /// The same by separate operations.
  private func finished(_ y: Sequences, by finish: ConvolutionFinish) -> Sequences {
    var result = y
    if finish.rectifies { Operations.rectify(result, into: &result) }
    if let mask = finish.mask { Operations.mask(result, wherePositive: mask, into: &result) }
    for n in 0..<y.samples {
      for l in 0..<y.length {
        for c in 0..<y.channels {
          let value = finish.scale * result[n, l, c]
          result[n, l, c] = finish.residual.map { $0[n, l, c] + value } ?? value
        }
      }
    }
    return result
  }

  @Test(
    "convolve and convolveTransposed finish as separate operations do, bit for bit",
    arguments: Operations.availableInstructionSets, [ConvolutionAlgorithm.direct, .winograd])
  func combinations(_ set: String, _ algorithm: ConvolutionAlgorithm) {
    var numbers = Numbers(seed: 71)
    let (x, dy) = (numbers.sequences(3, 7, 17), numbers.sequences(3, 7, 37))
    let weight = numbers.tensor([5, 17, 37])
    let bias = numbers.tensor([37])
    let (mask, residual) = (numbers.sequences(3, 7, 37), numbers.sequences(3, 7, 37))
    let (inputMask, inputResidual) = (numbers.sequences(3, 7, 17), numbers.sequences(3, 7, 17))
    let workspace = Workspace()
    Operations.forcing(instructionSet: set) {
      let transformed = algorithm.transformed(weight)
      var (plain, plainTransposed) = (dy.soiled(), x.soiled())
      Operations.convolve(
        x, weight: weight, transformed: transformed, bias: bias, into: &plain,
        workspace: workspace)
      Operations.convolveTransposed(
        dy, weight: weight, transformed: transformed, into: &plainTransposed,
        workspace: workspace)
      for parts in ConvolutionFinishTests.finishes {
        let finish = ConvolutionFinish(
          rectifies: parts.rectifies, mask: parts.masks ? mask : nil, scale: parts.scale,
          residual: parts.adds ? residual : nil)
        var y = dy.soiled()
        Operations.convolve(
          x, weight: weight, transformed: transformed, bias: bias, then: finish, into: &y,
          workspace: workspace)
        #expect(bits(y.dense.values) == bits(finished(plain, by: finish).dense.values))
        #expect(y.paddingIsZero)
        #expect(y.slackIsUntouched)
        let inputFinish = ConvolutionFinish(
          rectifies: parts.rectifies, mask: parts.masks ? inputMask : nil, scale: parts.scale,
          residual: parts.adds ? inputResidual : nil)
        var dx = x.soiled()
        Operations.convolveTransposed(
          dy, weight: weight, transformed: transformed, then: inputFinish, into: &dx,
          workspace: workspace)
        #expect(
          bits(dx.dense.values) == bits(finished(plainTransposed, by: inputFinish).dense.values))
      }
    }
  }

  @Test("a rectified NaN is 0")
  func notANumber() {
    var x = Sequences(samples: 1, length: 4, channels: 16)
    x[0, 1, 3] = .nan
    let weight = Tensor(shape: [5, 16, 16], values: [Float](repeating: 1, count: 1280))
    for transformed in [nil, TransformedWeight(weight)] {
      var y = x.soiled()
      Operations.convolve(
        x, weight: weight, transformed: transformed, bias: nil,
        then: ConvolutionFinish(rectifies: true), into: &y, workspace: Workspace())
      #expect(y.dense.values.allSatisfy { $0 == 0 })
    }
  }
}
