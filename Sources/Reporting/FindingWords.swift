import Runs

/// What was found in a training's records, in sentences with a remedy.
public enum FindingWords {
  /// One sentence a finding.
  public static func line(_ finding: TrainingFinding) -> String {
    switch finding {
    case .overfitting(let training, let heldOut):
      "critic overfitting: its Wasserstein estimate is \(figure(training)) on training text and "
        + "\(figure(heldOut)) on held-out text; more text, a smaller critic or fewer critic steps help"
    case .slope(let slope):
      "divergence: the critic's slope is \(figure(slope)), far from what the penalty asks for; lower the "
        + "critic's rate or raise the penalty"
    case .gradients(let network, let norm, let median):
      "divergence: the \(network)'s gradient norm is \(figure(norm)), ten times its median "
        + "\(figure(median)) or more; lower its rate"
    case .decline(let order, let value, let least, let iteration):
      "decline: JS-\(order) is \(Figures.fixed(value, 4)), but was \(Figures.fixed(least, 4)) at "
        + "iteration \(iteration); train again to there, or with lower rates"
    case .collapse(let rate, let real):
      "collapse: \(Figures.fixed(100 * rate, 1)) % of the samples repeat another, "
        + "\(Figures.fixed(100 * real, 1)) % of real strings do; lower the generator's rate or take more "
        + "critic steps"
    case .saturation(let sharpness):
      "saturation: the largest probability is \(Figures.fixed(sharpness, 4)) in the mean, so little "
        + "gradient gets through the softmax; lower the generator's rate"
    }
  }

  private static func figure(_ value: Double) -> String { Figures.fixed(value, 3) }
}
