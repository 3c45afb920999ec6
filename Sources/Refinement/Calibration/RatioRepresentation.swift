/// How a critic was shown real and generated samples, which decides what its score can mean.
///
/// Real text is one-hot and generated text is soft, so a critic that sees both as they are can score
/// sharpness alone. Every ratio records its representation.
public enum RatioRepresentation: String, CaseIterable, Codable, Sendable {
  /// Real samples as they are, generated ones as the generator gives them: the published choice and
  /// the parity mode. A *score*, not a log ratio.
  case raw
  /// Both decoded (argmax, one-hot): exact for selectors, and what calibration is reported on.
  case decoded
  /// The same noise added on both sides.
  case smoothed
}
