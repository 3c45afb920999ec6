import NeuralNetworks
import Tensors
import Testing

@Suite("Layers: derivatives by central differences and by duality")
struct LayerDerivativeTests {
  @Test("pullback and pushforward are transposes of each other", arguments: LayerCase.all)
  func transposes(_ layer: LayerCase) {
    for trial in 0..<3 {
      let x = normal(layer.input, "x\(trial)")
      let (dy, t) = (normal(layer.output, "dy\(trial)"), normal(layer.input, "t\(trial)"))
      let rules = layer.rules(x, dy, t)
      let (forward, backward) = (inner(rules.outputTangent, dy), inner(rules.inputCotangent, t))
      let scale = (inner(rules.outputTangent, rules.outputTangent) * inner(dy, dy)).squareRoot()
      #expect(abs(forward - backward) <= 1e-6 * max(scale, 1))
    }
  }

  @Test("pullback is the slope of the output in the input", arguments: LayerCase.all)
  func inputSlope(_ layer: LayerCase) {
    let step: Float = 2e-3
    for trial in 0..<3 {
      let x = normal(layer.input, "x\(trial)")
      let (dy, t) = (normal(layer.output, "dy\(trial)"), normal(layer.input, "t\(trial)"))
      let rules = layer.rules(x, dy, t)
      let up = layer.pairing(sum(x, t, scale: step), dy)
      let down = layer.pairing(sum(x, t, scale: -step), dy)
      let slope = (up - down) / (2 * Double(step))
      let scale = (inner(rules.inputCotangent, rules.inputCotangent) * inner(t, t)).squareRoot()
      #expect(abs(slope - inner(rules.inputCotangent, t)) <= 3e-3 * scale)
    }
  }

  @Test("addGradient is the slope of the output in the parameters", arguments: LayerCase.all)
  func parameterSlope(_ layer: LayerCase) {
    let (x, dy) = (normal(layer.input, "x"), normal(layer.output, "dy"))
    let gradient = layer.rules(x, dy, x).gradients
    let slope = layer.parameterSlope(x, dy, 1e-3)
    let scale =
      (inner(gradient, gradient) * inner(layer.parameterDirection, layer.parameterDirection))
      .squareRoot()
    #expect(abs(slope - inner(gradient, layer.parameterDirection)) <= 3e-3 * max(scale, 1e-3))
  }

  @Test(
    "addTangentGradient is the slope of the directional derivative in the parameters",
    arguments: LayerCase.all.filter(\.isPiecewiseLinear))
  func tangentSlope(_ layer: LayerCase) throws {
    let (x, dy) = (normal(layer.input, "x"), normal(layer.output, "dy"))
    let slopes = try #require(layer.tangentSlopes(x, dy, normal(layer.input, "t"), 1e-4))
    #expect(abs(slopes.differences - slopes.rule) <= 1e-2 * max(abs(slopes.rule), 1))
  }

  @Test("piecewise linearity is a type: softmax has it not, and no chain with it in it")
  func typeFact() {
    #expect(!(Softmax() as Any is any PiecewiseLinear))
    for layer in LayerCase.all {
      let smooth = ["softmax", "softmax at temperature 0.5", "generator-like chain"]
        .contains(layer.testDescription)
      #expect(layer.isPiecewiseLinear == !smooth)
    }
  }

  @Test("a sample's results are the same bits in every batch", arguments: LayerCase.all)
  func sampleIndependence(_ layer: LayerCase) {
    func batch(_ shape: [Int], _ count: Int) -> [Int] { [count] + shape.dropFirst() }
    let count = 9
    let x = normal(batch(layer.input, count), "x")
    let dy = normal(batch(layer.output, count), "dy")
    let whole = layer.rules(x, dy, x)
    for sample in 0..<count {
      let one = sample..<sample + 1
      let alone = layer.rules(x.rows(one), dy.rows(one), x.rows(one))
      #expect(alone.output == whole.output.rows(one))
      #expect(alone.inputCotangent == whole.inputCotangent.rows(one))
      #expect(alone.outputTangent == whole.outputTangent.rows(one))
    }
  }

  @Test("a trace may be used again for batches of other sizes")
  func traceReuse() {
    let layer = ResidualStack(
      count: 2, channels: 4, name: "s", initialiser: Initialiser(seed: 1, prefix: ""))
    let trace = ResidualStack.Trace()
    for count in [3, 5, 1, 5, 0, 2] {
      let (x, dy) = (normal([count, 6, 4], "x"), normal([count, 6, 4], "y"))
      let reused = Rules(layer, input: x, cotangent: dy, tangent: x, trace: trace)
      let fresh = Rules(layer, input: x, cotangent: dy, tangent: x)
      #expect(reused.output == fresh.output)
      #expect(reused.inputCotangent == fresh.inputCotangent)
      #expect(reused.outputTangent == fresh.outputTangent)
      #expect(reused.gradients == fresh.gradients)
    }
  }

  @Test("a softmax of equal logits is uniform, and of huge ones one-hot and finite")
  func softmaxExtremes() {
    let logits = Tensor(shape: [1, 2, 4], values: [5, 5, 5, 5, -3e38, 3e38, 0, 1])
    let p = Rules(Softmax(), input: logits, cotangent: logits, tangent: logits).output
    #expect(p.values == [0.25, 0.25, 0.25, 0.25, 0, 1, 0, 0])
  }

  @Test("blocks with closed branches are the identity, and their gradient opens them")
  func closedBranches() {
    var stack = ResidualStack(
      count: 2, channels: 5, name: "s", initialiser: Initialiser(seed: 1, prefix: ""))
    stack.closeBranches()
    let x = normal([3, 7, 5], "x")
    let rules = Rules(stack, input: x, cotangent: x, tangent: x)
    #expect(rules.output == x && rules.inputCotangent == x && rules.outputTangent == x)
    for (name, gradient) in zip(rules.gradients.names, rules.gradients.tensors) {
      #expect((inner(gradient, gradient) > 0) == name.contains("conv2"), "\(name)")
    }
  }
}
