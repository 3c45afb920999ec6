import Refinement
import Reporting
import Runs

/// What refinement did, in lines for people.
enum RefinementWords {
  /// The summary of a refinement.
  static func lines(_ summary: RefinementSummary, of sampler: RefinedSampler) -> [String] {
    func figure(_ value: Double) -> String { Figures.fixed(value, 3) }
    let settings = sampler.settings
    let noise =
      settings.method.usesDivergence ? ", noise weight \(settings.flow.noiseWeight)" : ""
    let decoded =
      summary.meanDecodedBefore.flatMap { before in
        summary.meanDecodedAfter.map { " (decoded \(figure(before)) → \(figure($0)))" }
      } ?? ""
    var lines = [
      "refined \(summary.samples) samples by \(settings.title), \(settings.words)\(noise), "
        + RatioWords.short(sampler.ratio),
      "  mean d \(figure(summary.meanRatioBefore)) → \(figure(summary.meanRatioAfter))\(decoded), latent norm "
        + "\(figure(summary.meanNormBefore)) → \(figure(summary.meanNormAfter))",
      "  characters changed \(figure(summary.charactersChanged * 100)) %, texts changed "
        + "\(figure(summary.textsChanged * 100)) %, cost "
        + "\(Figures.units(summary.costPerSample)) units a sample"
        + (sampler.fixedCost.units > 0 ? " and \(sampler.fixedCost.units) once" : ""),
    ]
    if let acceptance = summary.acceptance {
      lines.append(
        "  accepted \(acceptance.accepted) of \(acceptance.proposed) proposals; \(acceptance.unresolved) "
          + "samples unresolved")
    }
    return lines
  }
}

/// What a ratio is, in words.
enum RatioWords {
  /// A few words.
  static func short(_ ratio: ResolvedRatio) -> String {
    switch ratio.choice.kind {
    case .raw: "raw critic"
    case .calibrated: "critic calibrated on \(ratio.choice.representation.rawValue) text"
    case .converged: "converged critic"
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
