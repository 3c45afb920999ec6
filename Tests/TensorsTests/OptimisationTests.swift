import Foundation
import Testing

@testable import Tensors

@Suite("Optimiser steps")
struct OptimisationTests {
  @Test("ten steps of Adam agree with double precision", arguments: [1, 7, 16, 100])
  func adam(_ count: Int) {
    for set in Operations.availableInstructionSets {
      var numbers = Numbers(seed: 31)
      var parameter = numbers.tensor([count])
      var first = Tensor(shape: [count])
      var second = Tensor(shape: [count])
      var expected = (parameter, first, second)
      for step in 1...10 {
        let gradient = numbers.tensor([count])
        Operations.forcing(instructionSet: set) {
          Operations.adam(
            parameter: &parameter, gradient: gradient, first: &first, second: &second,
            rate: 1e-2, beta1: 0.5, beta2: 0.9, epsilon: 1e-8, step: step)
        }
        ReferenceOperations.adam(
          parameter: &expected.0, gradient: gradient, first: &expected.1, second: &expected.2,
          rate: 1e-2, beta1: 0.5, beta2: 0.9, epsilon: 1e-8, step: step)
      }
      #expect(difference(parameter, expected.0) <= 1e-6)
      #expect(difference(first, expected.1) <= 1e-6)
      #expect(difference(second, expected.2) <= 1e-6)
    }
  }

  @Test("the first step of Adam moves by the rate against the gradient's sign")
  func firstStep() {
    var parameter = Tensor(shape: [2], values: [1, 1])
    var (first, second) = (Tensor(shape: [2]), Tensor(shape: [2]))
    Operations.adam(
      parameter: &parameter, gradient: Tensor(shape: [2], values: [3, -0.1]), first: &first,
      second: &second, rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 1)
    #expect(difference(parameter.values, [0.99, 1.01]) <= 1e-6)
  }

  @Test("the moving average agrees with double precision, and decay 0 copies")
  func average() {
    for set in Operations.availableInstructionSets {
      var numbers = Numbers(seed: 32)
      var mean = numbers.tensor([37])
      let parameter = numbers.tensor([37])
      var expected = mean
      Operations.forcing(instructionSet: set) {
        Operations.average(&mean, with: parameter, decay: 0.999)
      }
      ReferenceOperations.average(&expected, with: parameter, decay: 0.999)
      #expect(difference(mean, expected) <= 2 * Float.ulpOfOne)
    }
  }

  @Test("a sum of tensors is the plain sum in their order", arguments: [1, 7, 2048, 5001])
  func sum(_ count: Int) {
    for set in Operations.availableInstructionSets {
      var numbers = Numbers(seed: 33)
      let parts = (0..<3).map { _ in numbers.tensor([count]) }
      var (total, expected) = (numbers.tensor([count]), Tensor(shape: [count]))
      let squares = Operations.forcing(instructionSet: set) {
        Operations.sum(parts, into: &total)
      }
      let reference = ReferenceOperations.sum(parts, into: &expected)
      #expect(total == expected)
      #expect(abs(squares - reference) <= 1e-12 * reference)
    }
  }
}
