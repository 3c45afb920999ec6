import NeuralNetworks
import Tensors

/// Generator and critic of the plane: three hidden layers of rectified units each.
///
/// A point is a sequence of length 1 with two channels, so that the layers of the text networks serve: dense
/// layers are convolutions of width 1. Hidden weights are uniform of variance 2/inputs (He), the last ones of
/// variance 2/(inputs + outputs), as gan_toy.py begins them.
public struct PlaneNetworks: Sendable {
  /// Latents `[N, Z]` → points `[N, 1, 2]`.
  public typealias Generator = Chain<Expansion, Chain<Rectifier, Hidden<Convolution>>>
  /// Points `[N, 1, 2]` → scores `[N]`.
  public typealias Critic = Chain<Convolution, Chain<Rectifier, Hidden<Reduction>>>
  /// Two hidden layers and what comes after them.
  public typealias Hidden<Last: Layer> =
    Chain<Convolution, Chain<Rectifier, Chain<Convolution, Chain<Rectifier, Last>>>>
  where Last.Trace.Input == Sequences

  /// G.
  public internal(set) var generator: Generator
  /// D.
  public internal(set) var critic: Critic

  /// Networks as the recipe starts them, a function of its sizes and seed alone.
  public init(_ recipe: PlaneRecipe) {
    let width = recipe.width
    let made = Initialiser(seed: recipe.seed, prefix: "plane.generator.")
    let read = Initialiser(seed: recipe.seed, prefix: "plane.critic.")
    generator = Chain(
      (
        "hidden1",
        Expansion(
          weight: made.uniform(
            shape: [recipe.latentWidth, 1, width], variance: 2 / Double(recipe.latentWidth),
            name: "hidden1.weight"),
          bias: Tensor(shape: [1, width]))
      ),
      (
        "",
        Self.hidden(
          width, made,
          last: Convolution(
            weight: made.uniform(
              shape: [1, width, 2], variance: 2 / Double(width + 2), name: "output.weight"),
            bias: Tensor(shape: [2])))
      ))
    critic = Chain(
      ("hidden1", Self.dense(2, width, read, "hidden1")),
      (
        "",
        Self.hidden(
          width, read,
          last: Reduction(length: 1, channels: width, name: "output", initialiser: read))
      ))
  }

  private static func hidden<Last: Layer>(
    _ width: Int, _ source: Initialiser, last: Last
  ) -> Chain<Rectifier, Hidden<Last>> where Last.Trace.Input == Sequences {
    Chain(
      ("", Rectifier()),
      (
        "",
        Chain(
          ("hidden2", dense(width, width, source, "hidden2")),
          (
            "",
            Chain(
              ("", Rectifier()),
              (
                "",
                Chain(
                  ("hidden3", dense(width, width, source, "hidden3")),
                  ("", Chain(("", Rectifier()), ("output", last)))
                )
              ))
          ))
      ))
  }

  private static func dense(
    _ inputs: Int, _ outputs: Int, _ source: Initialiser, _ name: String
  ) -> Convolution {
    Convolution(
      weight: source.uniform(
        shape: [1, inputs, outputs], variance: 2 / Double(inputs), name: name + ".weight"),
      bias: Tensor(shape: [outputs]))
  }
}
