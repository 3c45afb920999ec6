/// What a critic is shown of a sample; recorded with every ratio, since it decides what d means.
public enum SampleRepresentation: Codable, Sendable, Equatable {
  /// Real text one-hot, generated text as its softmax: the published choice. The critic can score
  /// sharpness alone, so d is a score and not a log ratio.
  case raw
  /// Both one-hot, generated text by its most probable symbols. Values only: it has no gradient.
  case decoded
  /// Both sides mixed with the uniform distribution: x ↦ (1 − ε) x + ε / V with ε in [0, 1). It
  /// takes the corners off the simplex, alike for real and generated text, and keeps the gradient
  /// (scaled by 1 − ε); generated text stays softer than real text.
  case smoothed(level: Float)

  /// Whether d has a gradient in this representation.
  public var isDifferentiable: Bool { self != .decoded }
}
