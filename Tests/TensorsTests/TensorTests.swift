import Testing

@testable import Tensors

@Suite("Tensor, Sequences, Workspace")
struct TensorTests {
  @Test("a copy is independent of the original")
  func copyOnWrite() {
    let original = Tensor(shape: [2, 2], values: [1, 2, 3, 4])
    var copy = original
    copy[0] = 9
    #expect(original.values == [1, 2, 3, 4])
    #expect(copy.values == [9, 2, 3, 4])
    let batch = Sequences(original.reshaped([1, 2, 2]))
    var other = batch
    other[0, 1, 0] = 7
    #expect(batch[0, 1, 0] == 3)
    #expect(other.dense.values == [1, 2, 7, 4])
  }

  @Test("an operation that writes a shared result leaves the other holder alone")
  func sharedResult() {
    let x = Sequences(Tensor(shape: [1, 2, 2], values: [1, -2, 3, -4]))
    var y = x
    Operations.rectify(x, into: &y)
    #expect(x.dense.values == [1, -2, 3, -4])
    #expect(y.dense.values == [1, 0, 3, 0])
  }

  @Test("a result that nobody shares is written in place, and the workspace stops growing")
  func steadyState() {
    var numbers = Numbers(seed: 51)
    let x = numbers.sequences(2, 8, 16)
    let weight = numbers.tensor([5, 16, 16])
    var y = x.soiled()
    var dw = weight.reshaped([5, 16, 16])
    dw[0] = 0
    let workspace = Workspace()
    Operations.convolve(x, weight: weight, bias: nil, into: &y, workspace: workspace)
    let place = y.read { Int(bitPattern: $0) }
    let gradientPlace = dw.read { Int(bitPattern: $0) }
    let capacity = workspace.capacity
    for _ in 0..<3 {
      Operations.convolve(x, weight: weight, bias: nil, into: &y, workspace: workspace)
      Operations.rectify(x, into: &y)
      Operations.addConvolutionWeightGradient(
        input: x, cotangent: x, into: &dw, workspace: workspace)
    }
    #expect(y.read { Int(bitPattern: $0) } == place)
    #expect(dw.read { Int(bitPattern: $0) } == gradientPlace)
    #expect(workspace.capacity == capacity)
  }

  @Test("storage is aligned to 64 bytes", arguments: [0, 1, 17, 1000])
  func alignment(_ count: Int) {
    #expect(Tensor(shape: [count]).read { Int(bitPattern: $0) } % 64 == 0)
  }

  @Test("shapes count their elements; a scalar has one, an empty extent none")
  func counts() {
    #expect(Tensor(shape: []).count == 1)
    #expect(Tensor(shape: [3, 0, 2]).values.isEmpty)
    #expect(Tensor(shape: [3, 4]).count == 12)
  }

  @Test("rows copies along the first axis")
  func rows() {
    let t = Tensor(shape: [3, 2], values: [1, 2, 3, 4, 5, 6])
    #expect(t.rows(1..<3) == Tensor(shape: [2, 2], values: [3, 4, 5, 6]))
    #expect(t.rows(1..<1).shape == [0, 2])
  }

  @Test("equality compares shapes and values")
  func equality() {
    let a = Tensor(shape: [2], values: [1, 2])
    #expect(a == Tensor(shape: [2], values: [1, 2]))
    #expect(a != Tensor(shape: [1, 2], values: [1, 2]))
    #expect(a != Tensor(shape: [2], values: [1, 3]))
    #expect(Tensor(shape: [1], values: [.nan]) != Tensor(shape: [1], values: [.nan]))
  }

  @Test("dense and padded forms convert without loss", arguments: [0, 1, 2, 3])
  func dense(_ padding: Int) {
    var numbers = Numbers(seed: padding)
    let dense = numbers.tensor([3, 4, 5])
    let batch = Sequences(dense, padding: padding)
    #expect(batch.dense == dense)
    #expect(batch.paddingIsZero)
    #expect(batch.count == (3 * (4 + padding) + padding) * 5)
    #expect(batch.samples(1..<3).dense.values == Array(dense.values[20...]))
    #expect(batch.samples(1..<3).paddingIsZero)
  }

  @Test("scratch memory grows and never shrinks")
  func workspace() {
    let workspace = Workspace()
    workspace.withScratch(count: 100) { #expect($0.count >= 100) }
    workspace.withScratch(count: 10) { #expect($0.count >= 10) }
    #expect(workspace.capacity == 100)
  }

  @Test("denormals are flushed inside only, also when the body throws")
  func denormals() {
    struct Stop: Error {}
    let x = Tensor(shape: [9], values: Array(repeating: Float.leastNormalMagnitude, count: 9))
    func half() -> Float {
      var y = Tensor(shape: [9])
      Operations.add(x, scale: 0.5, into: &y)
      return y[0]
    }
    #expect(half() > 0)
    #expect(Operations.withFlushedDenormals { half() } == 0)
    #expect(half() > 0)
    #expect(throws: Stop.self) { try Operations.withFlushedDenormals { throw Stop() } }
    #expect(half() > 0)
  }

  @Test("every instruction set can be forced, and the choice ends with the body")
  func forcing() {
    let usual = Operations.instructionSet
    #expect(usual == Operations.availableInstructionSets.first)
    for set in Operations.availableInstructionSets {
      #expect(
        Operations.forcing(instructionSet: set) { Operations.instructionSet } == set)
    }
    #expect(Operations.instructionSet == usual)
  }
}
