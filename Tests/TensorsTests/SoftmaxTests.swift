import CKernels
import Foundation
import Testing

@testable import Tensors

@Suite("Softmax")
struct SoftmaxTests {
  static let widths = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100]

  @Test("softmax and its derivative agree with double precision", arguments: widths)
  func agrees(_ channels: Int) {
    for set in Operations.availableInstructionSets {
      for (reach, scale): (Float, Float) in [(1, 1), (30, 1), (300, 1), (30, 0.1), (1, 3)] {
        var numbers = Numbers(seed: channels)
        var logits = numbers.sequences(2, 7, channels)
        let t = numbers.sequences(2, 7, channels)
        logits.withUnsafeMutableValues { for i in $0.indices { $0[i] *= reach } }
        var p = logits.soiled()
        var y = logits.soiled()
        Operations.forcing(instructionSet: set) {
          Operations.softmax(logits, scale: scale, into: &p)
          Operations.softmaxDerivative(p, t, scale: scale, into: &y)
        }
        #expect(difference(p, ReferenceOperations.softmax(logits, scale: scale)) <= 4e-7)
        let expected = ReferenceOperations.softmaxDerivative(p, t, scale: scale)
        #expect(difference(y, expected) <= 5e-7 * max(scale, 1))
        #expect(p.paddingIsZero && y.paddingIsZero)
        #expect(p.slackIsUntouched && y.slackIsUntouched)
      }
    }
  }

  @Test(
    "the exponential is within 2e-7 of the true one, and 0 below -87",
    arguments: Operations.availableInstructionSets)
  func exponential(_ set: String) {
    Operations.forcing(instructionSet: set) {
      let count = 4096
      var worst = 0.0
      for block in 0..<256 {
        let x = (0..<count).map { -87 * Float(block * count + $0) / Float(256 * count - 1) }
        var y = x
        dgflow_exponential(count, x, &y)
        for (x, y) in zip(x, y) { worst = max(worst, abs(Double(y) / exp(Double(x)) - 1)) }
      }
      #expect(worst <= 2e-7)
      var edge: [Float] = [0, 0, 0, 0, 0]
      dgflow_exponential(5, [0, -0.0, -87.1, -1e30, -.infinity], &edge)
      #expect(edge == [1, 1, 0, 0, 0])
    }
  }

  @Test("rows sum to one, for equal, huge and far apart logits")
  func sums() {
    let rows: [[Float]] = [
      [0, 0, 0, 0, 0], [1e30, 1e30, 0, 0, 0], [-1e30, 0, 1, 2, 3], [-500, -500, -500, -500, -500],
    ]
    for set in Operations.availableInstructionSets {
      for row in rows {
        let logits = Sequences(Tensor(shape: [1, 1, 5], values: row))
        var p = logits
        Operations.forcing(instructionSet: set) { Operations.softmax(logits, into: &p) }
        #expect(abs(p.dense.values.reduce(0, +) - 1) < 3e-7)
        #expect(p.dense.values.allSatisfy { $0 >= 0 })
      }
    }
  }

  @Test("a NaN logit makes its whole row NaN, so that checks see it", arguments: [3, 8, 17])
  func propagatesNaN(_ channels: Int) {
    for set in Operations.availableInstructionSets {
      var logits = Sequences(samples: 1, length: 2, channels: channels)
      logits[0, 0, channels - 1] = .nan
      var p = logits
      Operations.forcing(instructionSet: set) { Operations.softmax(logits, into: &p) }
      #expect((0..<channels).allSatisfy { p[0, 0, $0].isNaN })
      #expect((0..<channels).allSatisfy { p[0, 1, $0].isFinite })
    }
  }
}
