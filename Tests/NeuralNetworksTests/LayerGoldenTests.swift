import NeuralNetworks
import Tensors
import Testing

/// Values from PyTorch in float64; see Fixtures/layers.json and Tools/golden/networks.py.
@Suite("Layers against PyTorch")
struct LayerGoldenTests {
  let golden: NamedParameters

  init() throws {
    golden = try NamedParameters(contentsOf: fixture("layers.safetensors"))
  }

  /// Float32 against float64: a few roundings in sums of at most a hundred terms.
  static let tolerance = 2e-6

  private func compare<L: Layer>(_ name: String, _ layer: L) throws
  where L.Trace.Input: DenseConvertible, L.Trace.Output: DenseConvertible {
    let values = golden.under(name + ".")
    var layer = layer
    try layer.load(values.under("parameters."), source: name)
    let rules = Rules(
      layer, input: try #require(values["input"]), cotangent: try #require(values["cotangent"]),
      tangent: try #require(values["tangent"]))
    let expected: [(Tensor, String)] = [
      (rules.output, "output"), (rules.inputCotangent, "inputCotangent"),
      (rules.outputTangent, "outputTangent"),
    ]
    for (value, entry) in expected {
      let reference = try #require(values[entry])
      #expect(value.shape == reference.shape, "\(name).\(entry)")
      #expect(relativeError(value, reference) <= LayerGoldenTests.tolerance, "\(name).\(entry)")
    }
    let gradients = values.under("gradients.")
    #expect(Set(rules.gradients.names) == Set(gradients.names))
    for (parameter, value) in zip(rules.gradients.names, rules.gradients.tensors) {
      let reference = try #require(gradients[parameter])
      #expect(
        relativeError(value, reference) <= LayerGoldenTests.tolerance, "\(name).\(parameter)")
    }
  }

  @Test("convolutions of width 1, 3 and 5", arguments: [1, 3, 5])
  func convolution(width: Int) throws {
    try compare(
      "convolution\(width)",
      Convolution(weight: Tensor(shape: [width, 6, 5]), bias: Tensor(shape: [5])))
  }

  @Test("expansion")
  func expansion() throws {
    try compare(
      "expansion", Expansion(weight: Tensor(shape: [6, 9, 6]), bias: Tensor(shape: [9, 6])))
  }

  @Test("reduction")
  func reduction() throws {
    try compare("reduction", Reduction(weight: Tensor(shape: [9, 6]), bias: Tensor(shape: [1])))
  }

  @Test("rectifier")
  func rectifier() throws { try compare("rectifier", Rectifier()) }

  @Test("softmax")
  func softmax() throws { try compare("softmax", Softmax()) }

  @Test("residual block")
  func residualBlock() throws {
    let convolution = Convolution(weight: Tensor(shape: [5, 6, 6]), bias: Tensor(shape: [6]))
    try compare("residual", ResidualBlock(convolution, convolution))
  }
}
