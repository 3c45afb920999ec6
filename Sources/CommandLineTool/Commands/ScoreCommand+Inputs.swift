import Experiments
import Files
import NGramScoring

// What the inputs of `dgflow score` are, what they allow, and what must be refused.

extension ScoreCommand {
  /// What `--reference` names.
  enum ReferenceKind { case text, counts, corpus }

  var referenceKind: ReferenceKind {
    if CountsFile.isCounts(reference) { return .counts }
    let isFile = FileSystem.exists(reference) && !FileSystem.isDirectory(reference)
    return reference == "-" || isFile ? .text : .corpus
  }

  /// Fails where an option was given that these inputs leave without a meaning.
  func requireUse() throws {
    func require(_ isUsed: Bool, _ option: String, _ why: String) throws {
      if !isUsed { throw Failure(.usage, "\(option): \(why); leave it out") }
    }
    let kind = referenceKind
    if kind == .counts {
      try require(length == nil, "--length", "the counts \(reference) have a length already")
    }
    try require(split == nil || kind == .corpus, "--split", "\(reference) is no prepared corpus")
    try require(
      samplesSplit == nil || samples.contains(where: FileSystem.isDirectory), "--samples-split",
      "no samples are a prepared corpus")
  }

  /// The metrics that these inputs allow; one that was named and is not among them is an error.
  func possible(_ metrics: [Metric], _ talk: Talk) throws -> [Metric] {
    try metrics.filter { metric in
      guard let need = unmetNeed(of: metric) else { return true }
      if measures.names(metric) {
        throw Failure(.usage, "--metric \(metric.rawValue) needs \(need)")
      }
      if measures.asksForAll { talk.say("\(metric.rawValue) is left out: it needs \(need)") }
      return false
    }
  }

  /// What a metric needs and these inputs lack; nil where nothing is missing.
  func unmetNeed(of metric: Metric) -> String? {
    switch metric {
    case .duplicateRate, .exactCopyRate, .wordShare:
      if let counts = samples.first(where: CountsFile.isCounts) {
        return "whole samples: give text, where \(counts) holds counts"
      }
    case .forwardPerplexity, .reversePerplexity:
      return measures.excludePadding ? "n-grams with padding: leave out --exclude-padding" : nil
    default: return nil
    }
    if metric == .wordShare, referenceKind == .counts {
      return "the reference's words: give its text, where \(reference) holds counts"
    }
    if metric == .exactCopyRate, referenceKind != .corpus || split == .train {
      return "training text beside the reference: give a prepared corpus, and --split test"
    }
    return nil
  }

  /// Fails where files cannot be paired line by line.
  func requirePairs(_ rows: [ScoreRow]) throws {
    if let counts = samples.first(where: CountsFile.isCounts) {
      throw Failure(.usage, "--paired needs the order of lines, which the counts \(counts) lack")
    }
    guard let first = rows.first, let other = rows.first(where: { $0.samples != first.samples })
    else { return }
    throw Failure(
      .usage,
      "--paired needs as many samples in each file, but \(first.name) has \(first.samples) and "
        + "\(other.name) has \(other.samples)")
  }
}
