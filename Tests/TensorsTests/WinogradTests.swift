import CKernels
import Testing

@testable import Tensors

@Suite("Winograd's convolution against its reference")
struct WinogradTests {
  @Test("convolve agrees for any length, batch and width", arguments: Shape.winograd)
  func convolve(_ s: Shape) {
    var numbers = Numbers(seed: 61)
    let x = numbers.sequences(s.n, s.l, s.inputs)
    let weight = numbers.tensor([5, s.inputs, s.outputs])
    let bias = numbers.tensor([s.outputs])
    var y = x.soiled(channels: s.outputs)
    var direct = y
    Operations.forcing(instructionSet: s.set) {
      Operations.convolve(
        x, weight: weight, transformed: TransformedWeight(weight), bias: bias, into: &y,
        workspace: Workspace())
      Operations.convolve(x, weight: weight, bias: bias, into: &direct, workspace: Workspace())
    }
    let expected = ReferenceOperations.convolve(x, weight: weight, bias: bias)
    #expect(Deviation(of: y, from: expected).isWithinBounds)
    #expect(Deviation(of: y, from: direct).isWithinBounds)
    #expect(y.paddingIsZero)
    #expect(y.slackIsUntouched)
  }

  @Test("convolveTransposed agrees for any length, batch and width", arguments: Shape.winograd)
  func convolveTransposed(_ s: Shape) {
    var numbers = Numbers(seed: 62)
    let dy = numbers.sequences(s.n, s.l, s.outputs)
    let weight = numbers.tensor([5, s.inputs, s.outputs])
    var dx = dy.soiled(channels: s.inputs)
    var direct = dx
    Operations.forcing(instructionSet: s.set) {
      Operations.convolveTransposed(
        dy, weight: weight, transformed: TransformedWeight(weight), into: &dx,
        workspace: Workspace())
      Operations.convolveTransposed(dy, weight: weight, into: &direct, workspace: Workspace())
    }
    let expected = ReferenceOperations.convolveTransposed(dy, weight: weight)
    #expect(Deviation(of: dx, from: expected).isWithinBounds)
    #expect(Deviation(of: dx, from: direct).isWithinBounds)
    #expect(dx.paddingIsZero)
    #expect(dx.slackIsUntouched)
  }

  @Test("the weight gradient agrees for any length, batch and width", arguments: Shape.winograd)
  func weightGradient(_ s: Shape) {
    var numbers = Numbers(seed: 63)
    let x = numbers.sequences(s.n, s.l, s.inputs)
    let dy = numbers.sequences(s.n, s.l, s.outputs)
    var dw = Tensor(shape: [5, s.inputs, s.outputs])
    var (direct, expected) = (dw, dw)
    var sums = TransformedGradient(inputs: s.inputs, outputs: s.outputs)
    Operations.forcing(instructionSet: s.set) {
      Operations.addConvolutionWeightGradient(
        input: x, cotangent: dy, scale: -0.3, into: &sums, workspace: Workspace())
      Operations.addConvolutionWeightGradient(sums, into: &dw)
      Operations.addConvolutionWeightGradient(
        input: x, cotangent: dy, scale: -0.3, into: &direct, workspace: Workspace())
    }
    ReferenceOperations.addConvolutionWeightGradient(
      input: x, cotangent: dy, scale: -0.3, into: &expected)
    #expect(Deviation(of: dw, from: expected).isWithinBounds)
    #expect(Deviation(of: dw, from: direct).isWithinBounds)
  }

  @Test("rounding stays within 2e-6 in norm and 3e-5 of the deviation", arguments: Shape.wide)
  func accuracy(_ s: Shape) {
    var numbers = Numbers(seed: 64)
    // Rectified numbers with a mean, as inside the network, and signed ones as cotangents.
    var x = numbers.sequences(s.n, s.l, s.inputs)
    Operations.rectify(x, into: &x)
    let dy = numbers.sequences(s.n, s.l, s.outputs)
    let weight = numbers.tensor([5, s.inputs, s.outputs])
    var (y, dx) = (dy.soiled(), x.soiled())
    var (dw, expected) = (Tensor(shape: weight.shape), Tensor(shape: weight.shape))
    var sums = TransformedGradient(inputs: s.inputs, outputs: s.outputs)
    Operations.forcing(instructionSet: s.set) {
      let (transformed, workspace) = (TransformedWeight(weight), Workspace())
      Operations.convolve(
        x, weight: weight, transformed: transformed, bias: nil, into: &y, workspace: workspace)
      Operations.convolveTransposed(
        dy, weight: weight, transformed: transformed, into: &dx, workspace: workspace)
      Operations.addConvolutionWeightGradient(
        input: x, cotangent: dy, into: &sums, workspace: workspace)
      Operations.addConvolutionWeightGradient(sums, into: &dw)
    }
    ReferenceOperations.addConvolutionWeightGradient(input: x, cotangent: dy, into: &expected)
    #expect(
      Deviation(of: y, from: ReferenceOperations.convolve(x, weight: weight, bias: nil))
        .isWithinBounds)
    #expect(
      Deviation(of: dx, from: ReferenceOperations.convolveTransposed(dy, weight: weight))
        .isWithinBounds)
    #expect(Deviation(of: dw, from: expected).isWithinBounds)
  }

  @Test("one transformed weight serves every instruction set")
  func sharedTransform() {
    var numbers = Numbers(seed: 65)
    let x = numbers.sequences(2, 9, 18)
    let weight = numbers.tensor([5, 18, 70])
    let expected = ReferenceOperations.convolve(x, weight: weight, bias: nil)
    for from in Operations.availableInstructionSets {
      let transformed = Operations.forcing(instructionSet: from) { TransformedWeight(weight) }
      for to in Operations.availableInstructionSets {
        var y = x.soiled(channels: 70)
        Operations.forcing(instructionSet: to) {
          Operations.convolve(
            x, weight: weight, transformed: transformed, bias: nil, into: &y,
            workspace: Workspace())
        }
        #expect(Deviation(of: y, from: expected).isWithinBounds)
      }
    }
  }

  @Test("an updated weight gives what a new one gives, in the same memory")
  func update() {
    var numbers = Numbers(seed: 66)
    let (first, second) = (numbers.tensor([5, 17, 20]), numbers.tensor([5, 17, 20]))
    var transformed = TransformedWeight(first)
    let place = transformed.read(transposed: false) { Int(bitPattern: $0) }
    let copy = transformed
    transformed.update(from: second)
    #expect(values(of: transformed) == values(of: TransformedWeight(second)))
    #expect(values(of: copy) == values(of: TransformedWeight(first)))
    #expect(copy.read(transposed: false) { Int(bitPattern: $0) } == place)
    let moved = transformed.read(transposed: false) { Int(bitPattern: $0) }
    transformed.update(from: first)
    #expect(transformed.read(transposed: false) { Int(bitPattern: $0) } == moved)
  }

  private func values(of weight: TransformedWeight) -> [UInt32] {
    weight.read(transposed: false) {
      bits(
        Array(
          UnsafeBufferPointer(
            start: $0, count: dgflow_winograd_count(17, 20) + dgflow_winograd_count(20, 17))))
    }
  }

  @Test("the algorithm depends on kernel width and channels only")
  func choice() {
    #expect(ConvolutionAlgorithm.winograd.transforms([5, 64, 64]))
    #expect(ConvolutionAlgorithm.winograd.transforms([5, 16, 100]))
    #expect(!ConvolutionAlgorithm.winograd.transforms([5, 15, 100]))
    #expect(!ConvolutionAlgorithm.winograd.transforms([5, 64, 8]))
    #expect(!ConvolutionAlgorithm.winograd.transforms([3, 64, 64]))
    #expect(!ConvolutionAlgorithm.winograd.transforms([1, 512, 512]))
    #expect(!ConvolutionAlgorithm.direct.transforms([5, 64, 64]))
    #expect(ConvolutionAlgorithm.winograd.transformed(Tensor(shape: [3, 64, 64])) == nil)
    #expect(ConvolutionAlgorithm.winograd.transformedGradient(shape: [5, 64, 64]) != nil)
  }

  @Test("results are written in place, and the workspace stops growing")
  func steadyState() {
    var numbers = Numbers(seed: 67)
    let x = numbers.sequences(3, 8, 16)
    let weight = numbers.tensor([5, 16, 16])
    let transformed = TransformedWeight(weight)
    var (y, dw) = (x.soiled(), Tensor(shape: weight.shape))
    var sums = TransformedGradient(inputs: 16, outputs: 16)
    let workspace = Workspace()
    var places: [[Int]] = []
    for _ in 0..<3 {
      sums.removeAll()
      Operations.convolve(
        x, weight: weight, transformed: transformed, bias: nil, into: &y, workspace: workspace)
      Operations.addConvolutionWeightGradient(
        input: x, cotangent: y, into: &sums, workspace: workspace)
      Operations.addConvolutionWeightGradient(sums, into: &dw)
      places.append([
        y.read { Int(bitPattern: $0) }, dw.read { Int(bitPattern: $0) },
        sums.read { Int(bitPattern: $0) }, workspace.capacity,
      ])
    }
    #expect(places[1] == places[0])
    #expect(places[2] == places[0])
  }
}

/// How far a result is from what it should be, measured against the deviation of the latter from
/// zero.
struct Deviation: CustomStringConvertible {
  private(set) var norm = 0.0
  private(set) var largest = 0.0

  init(of result: [Float], from expected: [Float]) {
    var (errors, squares) = (0.0, 0.0)
    for (x, y) in zip(result, expected) {
      let gap = Double(x) - Double(y)
      errors += gap * gap
      squares += Double(y) * Double(y)
      largest = max(largest, gap.isFinite ? abs(gap) : .infinity)
    }
    guard result.count == expected.count, squares > 0 else {
      (norm, largest) = (.infinity, .infinity)
      return
    }
    norm = (errors / squares).squareRoot()
    largest /= (squares / Double(expected.count)).squareRoot()
  }

  init(of result: Tensor, from expected: Tensor) {
    self.init(of: result.values, from: expected.values)
  }

  init(of result: Sequences, from expected: Sequences) {
    self.init(of: result.dense, from: expected.dense)
  }

  var isWithinBounds: Bool { norm <= 2e-6 && largest <= 3e-5 }
  var description: String { "norm \(norm), largest \(largest)" }
}

extension Shape {
  /// Lengths 1 to 40, batches and widths in rotation; several blocks of tiles, of depth and of
  /// columns.
  static let winograd: [Shape] = {
    let widths = [(16, 16), (17, 33), (64, 20), (1, 1), (3, 64), (100, 17), (65, 3)]
    var result: [Shape] = []
    for set in Operations.availableInstructionSets {
      for length in 1...40 {
        let width = widths[length % widths.count]
        result.append(
          Shape(
            n: 1 + length % 4, l: length, inputs: width.0, outputs: width.1, k: 5, set: set))
      }
      for (n, l) in [(1, 400), (14, 32), (25, 13), (97, 1)] {
        result.append(Shape(n: n, l: l, inputs: 17, outputs: 36, k: 5, set: set))
      }
      result.append(Shape(n: 1, l: 7, inputs: 300, outputs: 130, k: 5, set: set))
    }
    return result
  }()

  /// The widths that are used in earnest.
  static let wide: [Shape] = Operations.availableInstructionSets.flatMap { set in
    [64, 128, 256, 512].map { Shape(n: 2, l: 32, inputs: $0, outputs: $0, k: 5, set: set) }
  }
}
