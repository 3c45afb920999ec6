import Determinism
import Files
import NeuralNetworks
import Tensors

/// Where a test's fixtures lie, found through the source file's own path.
func fixture(_ name: String, from file: String = #filePath) -> String {
  let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
  return folder.joined(separator: "/") + "/Fixtures/" + name
}

/// ‖a − b‖ / ‖b‖ in Double; ‖a‖ when b is zero.
func relativeError(_ a: Tensor, _ b: Tensor) -> Double {
  var (difference, norm) = (0.0, 0.0)
  for (x, y) in zip(a.values, b.values) {
    difference += (Double(x) - Double(y)) * (Double(x) - Double(y))
    norm += Double(y) * Double(y)
  }
  return (difference / (norm == 0 ? 1 : norm)).squareRoot()
}

/// Σ a b in Double.
func inner(_ a: Tensor, _ b: Tensor) -> Double {
  zip(a.values, b.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}

/// Standard normal values.
func normal(_ shape: [Int], _ name: String, scale: Float = 1) -> Tensor {
  var tensor = Tensor(shape: shape)
  tensor.withUnsafeMutableValues {
    RandomStream(seed: 7, name: name).fillNormal($0, sample: 0, step: 0)
    for index in $0.indices { $0[index] *= scale }
  }
  return tensor
}

/// a + scale · b.
func sum(_ a: Tensor, _ b: Tensor, scale: Float) -> Tensor {
  Tensor(shape: a.shape, values: zip(a.values, b.values).map { $0 + scale * $1 })
}

/// A layer's input or output as a dense tensor.
protocol DenseConvertible {
  init(fromDense dense: Tensor)
  var asDense: Tensor { get }
}

extension Tensor: DenseConvertible {
  init(fromDense dense: Tensor) { self = dense }
  var asDense: Tensor { self }
}

extension Sequences: DenseConvertible {
  init(fromDense dense: Tensor) { self.init(dense) }
  var asDense: Tensor { dense }
}

/// One layer with everything that its rules give at a point, all dense.
struct Rules {
  var output: Tensor
  var inputCotangent: Tensor
  var outputTangent: Tensor
  var gradients: NamedParameters

  init<L: Layer>(
    _ layer: L, input: Tensor, cotangent: Tensor, tangent: Tensor, trace: L.Trace = L.Trace()
  ) where L.Trace.Input: DenseConvertible, L.Trace.Output: DenseConvertible {
    let workspace = Workspace()
    let x = L.Trace.Input(fromDense: input)
    let dy = L.Trace.Output(fromDense: cotangent)
    var gradient = layer.zeroed
    layer.apply(x, trace: trace, workspace: workspace)
    layer.pullback(dy, input: x, trace: trace, reachingInput: true, workspace: workspace)
    layer.addGradient(
      input: x, cotangent: dy, trace: trace, into: &gradient, workspace: workspace)
    layer.pushforward(
      L.Trace.Input(fromDense: tangent), input: x, trace: trace, workspace: workspace)
    output = trace.output.asDense
    inputCotangent = trace.inputCotangent.asDense
    outputTangent = trace.outputTangent.asDense
    gradients = gradient.parameters
  }
}

/// ⟨cotangent, layer(input)⟩ in Double.
func pairing<L: Layer>(_ layer: L, _ input: Tensor, _ cotangent: Tensor) -> Double
where L.Trace.Input: DenseConvertible, L.Trace.Output: DenseConvertible {
  let trace = L.Trace()
  layer.apply(L.Trace.Input(fromDense: input), trace: trace, workspace: Workspace())
  return inner(trace.output.asDense, cotangent)
}

/// ⟨cotangent, J(θ) tangent⟩ in Double.
func tangentPairing<L: Layer>(
  _ layer: L, _ input: Tensor, _ cotangent: Tensor, _ tangent: Tensor
) -> Double
where L.Trace.Input: DenseConvertible, L.Trace.Output: DenseConvertible {
  let (trace, workspace) = (L.Trace(), Workspace())
  let x = L.Trace.Input(fromDense: input)
  layer.apply(x, trace: trace, workspace: workspace)
  layer.pushforward(
    L.Trace.Input(fromDense: tangent), input: x, trace: trace, workspace: workspace)
  return inner(trace.outputTangent.asDense, cotangent)
}

/// The layer moved along `direction` in its parameters.
func moved<L: ParameterTree>(_ layer: L, _ direction: NamedParameters, scale: Float) -> L {
  var copy = layer
  copy.visitParameters(prefix: "") { name, tensor in
    if let along = direction[name] { tensor = sum(tensor, along, scale: scale) }
  }
  return copy
}

/// A random direction of the layer's shape.
func direction(of layer: some ParameterTree, _ name: String) -> NamedParameters {
  var result = NamedParameters()
  let parameters = layer.parameters
  for (parameter, tensor) in zip(parameters.names, parameters.tensors) {
    result.append(parameter, normal(tensor.shape, name + parameter))
  }
  return result
}

/// Σ over parameters of ⟨a, b⟩.
func inner(_ a: NamedParameters, _ b: NamedParameters) -> Double {
  zip(a.tensors, b.tensors).reduce(0) { $0 + inner($1.0, $1.1) }
}
