import Refinement
import Reporting
import Runs

/// What refinement did, in lines for people.
enum RefinementWords {
  /// The summary of a refinement.
  static func lines(
    _ summary: RefinementSummary, settings: RefinementSettings, ratio: ResolvedRatio
  ) -> [String] {
    func figure(_ value: Double) -> String { Figures.fixed(value, 3) }
    return [
      "refined \(summary.samples) samples by \(settings.divergence.name), \(settings.steps) steps of "
        + "\(settings.stepSize), noise weight \(settings.noiseWeight), \(RatioWords.short(ratio))",
      "  mean d \(figure(summary.meanRatioBefore)) → \(figure(summary.meanRatioAfter)), latent norm "
        + "\(figure(summary.meanNormBefore)) → \(figure(summary.meanNormAfter))",
      "  characters changed \(figure(summary.charactersChanged * 100)) %, texts changed "
        + "\(figure(summary.textsChanged * 100)) %, cost "
        + "\(Figures.units(summary.costPerSample)) units a sample",
    ]
  }
}

/// What a ratio is, in words.
enum RatioWords {
  /// A few words.
  static func short(_ ratio: ResolvedRatio) -> String {
    switch ratio.choice.kind {
    case .raw: "raw critic"
    case .calibrated: "critic calibrated on \(ratio.choice.representation.rawValue) text"
    case .continued: "critic continued on \(ratio.choice.representation.rawValue) text"
    }
  }

  /// The whole record.
  static func describe(_ ratio: ResolvedRatio, of path: String) -> String {
    "\(path): \(short(ratio)), d = \(ratio.scale) · score + \(ratio.offset)"
      + (ratio.isSurrogate ? "; the gradient is a surrogate, taken at soft samples" : "")
      + (ratio.record.verdict.map { "; \($0)" } ?? "")
  }
}
