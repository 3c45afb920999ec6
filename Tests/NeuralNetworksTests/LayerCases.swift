import NeuralNetworks
import Tensors
import Testing

/// A layer with shapes to try it on, its type erased.
struct LayerCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let input: [Int]
  let output: [Int]
  let isPiecewiseLinear: Bool
  let rules: @Sendable (Tensor, Tensor, Tensor) -> Rules
  let pairing: @Sendable (Tensor, Tensor) -> Double
  /// Derivative of the pairing along a random direction of the parameters, by central differences.
  let parameterSlope: @Sendable (Tensor, Tensor, Float) -> Double
  let parameterDirection: NamedParameters
  /// As `parameterSlope`, of ⟨cotangent, J(θ) tangent⟩; with the rule's own value.
  let tangentSlopes:
    @Sendable (Tensor, Tensor, Tensor, Float) -> (differences: Double, rule: Double)?

  init<L: Layer>(_ name: String, _ layer: L, input: [Int], output: [Int])
  where L.Trace.Input: DenseConvertible, L.Trace.Output: DenseConvertible {
    testDescription = name
    self.input = input
    self.output = output
    isPiecewiseLinear = layer is any PiecewiseLinear
    rules = { Rules(layer, input: $0, cotangent: $1, tangent: $2) }
    pairing = { NeuralNetworksTests.pairing(layer, $0, $1) }
    let along = direction(of: layer, name)
    parameterDirection = along
    parameterSlope = { input, cotangent, step in
      let up = NeuralNetworksTests.pairing(moved(layer, along, scale: step), input, cotangent)
      let down = NeuralNetworksTests.pairing(moved(layer, along, scale: -step), input, cotangent)
      return (up - down) / (2 * Double(step))
    }
    tangentSlopes = { _, _, _, _ in nil }
  }

  init<L: PiecewiseLinear>(linear name: String, _ layer: L, input: [Int], output: [Int])
  where L.Trace.Input: DenseConvertible, L.Trace.Output: DenseConvertible {
    let base = LayerCase(name, layer, input: input, output: output)
    testDescription = name
    self.input = input
    self.output = output
    isPiecewiseLinear = true
    rules = base.rules
    pairing = base.pairing
    parameterDirection = base.parameterDirection
    parameterSlope = base.parameterSlope
    let along = base.parameterDirection
    tangentSlopes = { input, cotangent, tangent, step in
      let up = tangentPairing(moved(layer, along, scale: step), input, cotangent, tangent)
      let down = tangentPairing(moved(layer, along, scale: -step), input, cotangent, tangent)
      let (trace, workspace) = (L.Trace(), Workspace())
      let x = L.Trace.Input(fromDense: input)
      let t = L.Trace.Input(fromDense: tangent)
      let dy = L.Trace.Output(fromDense: cotangent)
      var gradient = layer.zeroed
      layer.apply(x, trace: trace, workspace: workspace)
      layer.pullback(dy, input: x, trace: trace, reachingInput: false, workspace: workspace)
      layer.pushforward(t, input: x, trace: trace, workspace: workspace)
      layer.addTangentGradient(
        tangent: t, cotangent: dy, trace: trace, into: &gradient, workspace: workspace)
      return ((up - down) / (2 * Double(step)), inner(gradient.parameters, along))
    }
  }

  static let all: [LayerCase] = {
    let source = Initialiser(seed: 3, prefix: "test.")
    func convolution(_ width: Int, _ inputs: Int, _ outputs: Int) -> Convolution {
      Convolution(
        weight: normal([width, inputs, outputs], "w\(width)", scale: 0.3),
        bias: normal([outputs], "b\(width)", scale: 0.3))
    }
    let expansion = Expansion(weight: normal([6, 7, 5], "e"), bias: normal([7, 5], "f"))
    let reduction = Reduction(weight: normal([7, 5], "r"), bias: normal([1], "s"))
    let projection = Projection(weight: normal([4, 7, 5], "p"), bias: normal([4], "q"))
    let stack = ResidualStack(count: 2, channels: 5, name: "stack", initialiser: source)
    return [
      LayerCase(
        linear: "convolution 1", convolution(1, 5, 4), input: [3, 7, 5], output: [3, 7, 4]),
      LayerCase(
        linear: "convolution 3", convolution(3, 5, 4), input: [3, 7, 5], output: [3, 7, 4]),
      LayerCase(
        linear: "convolution 5", convolution(5, 5, 4), input: [3, 7, 5], output: [3, 7, 4]),
      LayerCase(linear: "expansion", expansion, input: [3, 6], output: [3, 7, 5]),
      LayerCase(linear: "reduction", reduction, input: [3, 7, 5], output: [3]),
      LayerCase(linear: "projection", projection, input: [3, 7, 5], output: [3, 4]),
      LayerCase(linear: "rectifier", Rectifier(), input: [3, 7, 5], output: [3, 7, 5]),
      LayerCase("softmax", Softmax(), input: [3, 7, 5], output: [3, 7, 5]),
      LayerCase(
        "softmax at temperature 0.5", Softmax(temperature: 0.5), input: [3, 7, 5],
        output: [3, 7, 5]),
      LayerCase(
        linear: "residual block", ResidualBlock(channels: 5, name: "block", initialiser: source),
        input: [3, 7, 5], output: [3, 7, 5]),
      LayerCase(linear: "residual stack", stack, input: [3, 7, 5], output: [3, 7, 5]),
      LayerCase(linear: "empty stack", ResidualStack([]), input: [3, 7, 5], output: [3, 7, 5]),
      LayerCase(
        linear: "critic-like chain",
        Chain(
          ("input", convolution(1, 5, 5)), ("", Chain(("blocks", stack), ("output", reduction)))),
        input: [3, 7, 5], output: [3]),
      LayerCase(
        "generator-like chain",
        Chain(("input", expansion), ("", Chain(("output", convolution(1, 5, 4)), ("", Softmax())))),
        input: [3, 6], output: [3, 7, 4]),
    ]
  }()
}
