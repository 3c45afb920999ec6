import Files
import Foundation

/// The file `CARD.md` of a run: what it is, what it was made of and how good it is, for people.
///
/// Training writes it with the weights; ``write(run:)`` makes it anew from the directory, for example
/// after a calibration. Nothing reads it back.
public enum RunCard {
  /// The file's name in a run directory.
  public static let fileName = "CARD.md"

  /// Writes the card of a run from its other files, atomically.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData` when the run cannot be read,
  ///   `cannotWrite` when the card cannot be written.
  public static func write(run path: String) throws {
    let run = try Run(opening: path)
    try write(
      run.configuration, records: try RecordLog.read(run: path),
      calibration: try run.calibration(), run: path)
  }

  /// Writes a card from what is known already, atomically.
  ///
  /// - Parameters: as ``text(_:records:calibration:)``.
  /// - Throws: `Failure` of kind `cannotWrite`.
  public static func write(
    _ configuration: RunConfiguration, records: [TrainingRecord], calibration: RunCalibration?,
    run path: String
  ) throws {
    try AtomicFile.write(
      text(configuration, records: records, calibration: calibration),
      to: path + "/" + fileName)
  }

  /// The text of a card, in Markdown.
  ///
  /// - Parameters:
  ///   - records: the course of training; the last evaluation among them is quoted.
  ///   - calibration: nil where the weights have none.
  public static func text(
    _ configuration: RunConfiguration, records: [TrainingRecord], calibration: RunCalibration?
  ) -> String {
    let progress = configuration.progress
    let temperature =
      configuration.generator.temperature.map { ", softmax at temperature \($0)" } ?? ""
    var lines = [
      "# \(configuration.corpus.name), \(configuration.preset)",
      "",
      "A generator of short texts and its critic, trained with dgflow \(configuration.version).",
      "",
      "- Corpus: \(configuration.corpus.name), digest \(configuration.corpus.digest), "
        + "\(configuration.corpus.trainingStrings) training strings of "
        + "\(configuration.generator.length) symbols; vocabulary of "
        + "\(configuration.vocabulary.size), digest \(configuration.vocabulary.digest).",
      "- Networks: generator width \(configuration.generator.width) with "
        + "\(configuration.generator.blocks) residual blocks and latents of "
        + "\(configuration.generator.latentWidth)\(temperature); critic width \(configuration.critic.width) with "
        + "\(configuration.critic.blocks).",
      "- Recipe: WGAN-GP, \(RecipeWords.line(configuration.training)).",
      "- Trained: \(progress.iterations) iterations in "
        + "\(Int((progress.seconds / 60).rounded())) minutes (\(progress.instructionSet)).",
    ]
    let last = records.last { $0.scores != nil && $0.iteration <= progress.iterations }
    for score in last?.scores ?? [] {
      let floor = score.floor.map { "floor \(figure($0))" } ?? "floor unavailable"
      lines.append(
        "- JS-\(score.order) on validation text at iteration \(last?.iteration ?? 0): "
          + "\(figure(score.value)) (\(floor)); \(score.samples) samples against "
          + "\(score.referenceStrings) strings.")
    }
    if let calibration {
      for record in calibration.records {
        lines.append(
          "- Critic as a log density ratio, \(record.representation.rawValue): AUC "
            + "\(figure(record.check.areaUnderCurve)), \(record.check.verdict).")
      }
      for critic in calibration.continued ?? [] {
        let check = critic.record.check
        lines.append(
          "- Critic trained on for \(critic.step) steps as a classifier of "
            + "\(critic.representation.rawValue) samples: AUC \(figure(check.areaUnderCurve)), log loss "
            + "\(figure(check.logLoss)), \(check.verdict).")
      }
    } else {
      lines.append("- The critic is not calibrated as a log density ratio.")
    }
    lines += [
      "",
      "Use: `dgflow generate`, `dgflow refine` and `dgflow compare` with this directory; reports use",
      "the test split, which nothing here was chosen on. Training goes on with `dgflow train --resume`",
      "where `checkpoints/` is there; without it the directory holds weights only and cannot be",
      "resumed. What the corpus may be used for also holds for these weights.",
      "",
    ]
    return lines.joined(separator: "\n")
  }

  private static func figure(_ value: Double) -> String { String(format: "%.4f", value) }
}
