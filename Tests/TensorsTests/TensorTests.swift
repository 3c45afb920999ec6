import Tensors
import Testing

@Suite("Tensor and Sequences")
struct TensorTests {
  @Test("a copy is independent of the original")
  func copyOnWrite() {
    let original = Tensor(shape: [2, 2], values: [1, 2, 3, 4])
    var copy = original
    copy[0] = 9
    #expect(original.values == [1, 2, 3, 4])
    #expect(copy.values == [9, 2, 3, 4])
  }
}
