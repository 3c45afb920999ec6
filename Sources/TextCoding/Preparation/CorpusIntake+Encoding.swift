import Files

/// The second pass of a preparation: spooled strings become tokens in `.npy` files.
extension CorpusIntake {
  /// Makes the vocabulary, writes all files and completes the report.
  func encode(
    into directory: String, total: Int?, progress: ProgressBody
  ) throws -> CorpusPreparation.Result {
    let vocabulary =
      try settings.vocabulary ?? counts.vocabulary(limit: settings.vocabularyLimit)
    report.vocabularySize = vocabulary.count
    report.trainingSymbols = counts.distinct

    var outputs: [SplitOutput] = []
    var training = FingerprintSet()
    var written = 0
    let tokensOfClusters = clusterTokens(vocabulary)
    for split in CorpusSplit.allCases {
      let output = try SplitOutput(split, directory: directory, settings: settings)
      outputs.append(output)
      let isTraining = split == .train
      var seen = FingerprintSet()
      try spools[split].forEach { line, codes in
        let fingerprint = output.encode(codes, vocabulary.table, tokensOfClusters)
        if !isTraining, settings.mayLeak, training.contains(fingerprint) {
          report[split].dropped += 1
          return
        }
        if isTraining {
          if settings.countsDistinct || settings.mayLeak { _ = training.insert(fingerprint) }
        } else if settings.countsDistinct {
          _ = seen.insert(fingerprint)
        }
        try output.appendRow(line: line)
        written += 1
        if written.isMultiple(of: 1 << 15) {
          try announce(
            progress, .encoding, bytesRead: report.lines.bytes, total: total, strings: written)
        }
      }
      try output.flush()
      report[split].strings = output.count
      report[split].padded = output.padded
      report[split].symbols = output.symbols
      report[split].unknown = output.unknown
      if settings.countsDistinct {
        report[split].distinct = isTraining ? training.count : seen.count
      }
    }
    try announce(progress, .encoding, bytesRead: report.lines.bytes, total: total, strings: written)
    for output in outputs { try output.commit() }
    try vocabulary.write(to: "\(directory)/vocabulary.tsv")
    return CorpusPreparation.Result(vocabulary: vocabulary, report: report)
  }

  /// The token of every grapheme cluster met in the first pass.
  private func clusterTokens(_ vocabulary: Vocabulary) -> [UInt16] {
    (0..<counts.clusters.count).map { index in
      counts.clusters[index].withUnsafeBufferPointer { vocabulary.table.token(ofCluster: $0) }
    }
  }
}

/// The files of one split while they are written.
final class SplitOutput {
  private(set) var count = 0
  private(set) var padded = 0
  private(set) var symbols = 0
  private(set) var unknown = 0

  private let tokenWriter: NumPyWriter<UInt16>
  private let lineWriter: NumPyWriter<UInt32>?
  private let length: Int
  private var tokens: [UInt16] = []
  private var lines: [UInt32] = []
  /// The latest row, and how many symbols it has.
  private var row: [UInt16]
  private var rowSymbols = 0

  init(_ split: CorpusSplit, directory: String, settings: CorpusPreparation) throws {
    length = settings.length
    row = [UInt16](repeating: Vocabulary.padding, count: length)
    let path = "\(directory)/\(split.rawValue)"
    tokenWriter = try NumPyWriter(path: "\(path).npy", columns: length)
    lineWriter =
      settings.cut == .first ? nil : try NumPyWriter(path: "\(path)-lines.npy", columns: 1)
  }

  /// Makes the row of a string; returns its fingerprint.
  @inline(__always)
  func encode(
    _ codes: UnsafeBufferPointer<SymbolCode>, _ table: TokenTable, _ clusterTokens: [UInt16]
  ) -> UInt64 {
    row.withUnsafeMutableBufferPointer { row in
      for index in 0..<codes.count {
        let code = codes[index]
        row[index] =
          code < firstClusterCode
          ? table.token(ofSingle: code) : clusterTokens[Int(code - firstClusterCode)]
      }
      for index in codes.count..<row.count { row[index] = Vocabulary.padding }
    }
    rowSymbols = codes.count
    return row.withUnsafeBufferPointer { FingerprintSet.fingerprint($0) }
  }

  /// Writes the latest row.
  func appendRow(line: Int) throws {
    tokens.append(contentsOf: row)
    for token in row where token == Vocabulary.unknown { unknown += 1 }
    count += 1
    symbols += rowSymbols
    if rowSymbols < length { padded += 1 }
    if lineWriter != nil {
      guard let number = UInt32(exactly: line) else {
        throw Failure(
          .badData, "line \(line + 1) is beyond the 4,294,967,296 lines that can be numbered")
      }
      lines.append(number)
    }
    if tokens.count >= 1 << 16 { try flush() }
  }

  func flush() throws {
    try tokenWriter.append(tokens)
    tokens.removeAll(keepingCapacity: true)
    try lineWriter?.append(lines)
    lines.removeAll(keepingCapacity: true)
  }

  func commit() throws {
    try tokenWriter.commit()
    try lineWriter?.commit()
  }
}
