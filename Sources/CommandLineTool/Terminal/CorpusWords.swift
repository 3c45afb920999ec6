import Experiments
import NGramScoring
import Reporting
import Runs
import TextCoding

/// A prepared corpus in a few lines for people.
enum CorpusWords {
  /// What it was made of, how it was cut, what it holds.
  static func describe(_ corpus: PreparedCorpus) -> [String] {
    let description = corpus.description
    let report = description.report
    var cut = description.cut.rule
    if let stride = description.cut.stride {
      cut += " (stride \(stride)\(description.cut.wordStart == true ? ", at word starts" : ""))"
    }
    var lines = [
      "\(corpus.path): \(report.lines.lines) lines of \(report.sources.count) "
        + "\(report.sources.count == 1 ? "input" : "inputs"), cut \(cut), length "
        + "\(description.length), vocabulary \(corpus.codec.vocabulary.count) "
        + "(\(corpus.codec.vocabulary.unit.rawValue)s), digest \(description.digest)"
    ]
    for split in CorpusSplit.allCases {
      let part = report[split]
      var line = "  \(split.rawValue): \(part.strings) strings, \(part.distinct) distinct"
      if part.dropped > 0 { line += ", \(part.dropped) dropped as training strings" }
      if part.padded > 0 { line += ", \(part.padded) padded" }
      if part.unknown > 0 {
        line += ", \(Figures.fixed(part.unknownShare * 100, 3)) % of symbols unknown"
      }
      lines.append(line)
    }
    let unclean = report.lines.repairedLines + report.lines.nulLines
    if unclean > 0 {
      lines.append("  \(unclean) lines were repaired (invalid UTF-8 or NUL)")
    }
    return lines
  }
}

extension CorpusStatistics {
  /// The statistics in lines for people.
  var lines: [String] {
    var lines = [
      "  order-\(modelOrder) cross-entropy of test under training text: "
        + "\(Figures.fixed(crossEntropy.nats, 4)) nats a symbol "
        + "(\(Figures.fixed(crossEntropy.bits, 4)) bits, perplexity "
        + "\(Figures.fixed(crossEntropy.perplexity, 2)))"
    ]
    guard let floors else {
      lines.append("  floor unavailable: needs \(missingLines ?? 0) more lines")
      return lines
    }
    for floor in floors {
      let deviation =
        floor.floor(of: .jensenShannon)?.deviation.map { " ± " + Figures.fixed($0, 4) } ?? ""
      lines.append(
        "  floor of JS-\(floor.order): \(Figures.fixed(floor.floor(of: .jensenShannon)?.mean, 4))\(deviation) "
          + "(\(floorSamples) real strings against \(referenceStrings) test strings)")
    }
    return lines
  }
}
