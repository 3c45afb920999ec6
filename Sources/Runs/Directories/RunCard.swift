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
      run.configuration, course: try RecordLog.read(run: path), records: try run.records(),
      run: path)
  }

  /// Writes a card after training wrote weights, atomically.
  ///
  /// - Parameters:
  ///   - course: the course of training; the last evaluation among it is quoted.
  ///   - moves: whether the weights are others than before, so that no record describes them.
  /// - Throws: `Failure` of kind `cannotWrite`.
  public static func write(
    _ configuration: RunConfiguration, course: [TrainingRecord], moves: Bool, run path: String
  ) throws {
    let records = moves ? nil : try? Run(opening: path).records()
    try write(configuration, course: course, records: records ?? [], run: path)
  }

  private static func write(
    _ configuration: RunConfiguration, course: [TrainingRecord], records: [any RunRecord],
    run path: String
  ) throws {
    try AtomicFile.write(
      text(configuration, course: course, records: records), to: path + "/" + fileName)
  }

  /// The text of a card, in Markdown.
  ///
  /// - Parameters:
  ///   - course: the course of training; the last evaluation among it is quoted.
  ///   - records: what was made for the weights since.
  static func text(
    _ configuration: RunConfiguration, course: [TrainingRecord], records: [any RunRecord]
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
    let last = course.last { $0.scores != nil && $0.iteration <= progress.iterations }
    for score in last?.scores ?? [] {
      let floor = score.floor.map { "floor \(figure($0))" } ?? "floor unavailable"
      lines.append(
        "- JS-\(score.order) on validation text at iteration \(last?.iteration ?? 0): "
          + "\(figure(score.value)) (\(floor)); \(score.samples) samples against "
          + "\(score.referenceStrings) strings.")
    }
    if !records.contains(where: { $0 is RunCalibration }) {
      lines.append("- The critic is not calibrated as a log density ratio.")
    }
    lines += records.flatMap(\.sentences).map { "- " + $0 }
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

  /// A figure of the card: four decimals.
  static func figure(_ value: Double) -> String { String(format: "%.4f", value) }
}
