import Determinism
import Files

/// The first pass of a preparation: lines become cut strings in spools, and are counted.
final class CorpusIntake {
  /// One spool for each split.
  struct Spools {
    let train: StringSpool
    let validation: StringSpool
    let test: StringSpool

    subscript(split: CorpusSplit) -> StringSpool {
      switch split {
      case .train: train
      case .validation: validation
      case .test: test
      }
    }

    var count: Int { train.count + validation.count + test.count }
  }

  typealias ProgressBody = (CorpusPreparation.Progress) throws -> Bool

  let settings: CorpusPreparation
  let spools: Spools
  var report = CorpusReport()
  /// The symbols of training strings; also knows all grapheme clusters met.
  private(set) var counts: SymbolCounts

  private var scanner: SymbolScanner

  init(_ settings: CorpusPreparation, directory: String) throws {
    self.settings = settings.resolved
    spools = Spools(
      train: try StringSpool(directory: directory),
      validation: try StringSpool(directory: directory),
      test: try StringSpool(directory: directory))
    counts = SymbolCounts(unit: self.settings.unit, normalisation: self.settings.normalisation)
    scanner = SymbolScanner(unit: self.settings.unit, normalisation: self.settings.normalisation)
  }

  /// Reads one input to its end.
  func read(
    _ source: CorpusSource, index: Int, total: Int?, progress: @escaping ProgressBody
  ) throws {
    let before = report.lines
    var bytesRead = before.bytes
    var unreported = 0
    let observed = ObservedSource(try source.open(), name: source.place) { count in
      bytesRead += count
      unreported += count
      guard unreported >= 1 << 20 || count == 0 else { return }
      unreported = 0
      try self.announce(
        progress, .reading, bytesRead: bytesRead, total: total, strings: self.spools.count)
    }
    let reader = LineReader(observed, policy: settings.lines)
    while try reader.next({ try take($0, reader: reader, source: index, base: before.lines) })
      != nil
    {}
    report.sources.append(
      CorpusReport.Source(
        name: source.name, digest: observed.hash.hex, lines: reader.statistics))
    report.lines = before + reader.statistics
  }

  /// Splits and cuts one line; `base` is the number of lines in the inputs before.
  private func take(
    _ line: UnsafeBufferPointer<UInt8>, reader: LineReader, source: Int, base: Int
  ) throws {
    do {
      try scanner.scan(line, limit: settings.cut == .first ? settings.length : .max)
    } catch {
      throw error.failure(in: "\(reader.name), line \(reader.lineNumber)")
    }
    let limit = settings.cut == .first ? settings.length : .max
    try scanner.withCodes(limit: limit, cluster: { counts.code($0) }) { codes in
      guard codes.contains(where: { !isSpace($0) }) else {
        report.blankLines += 1
        return
      }
      let split =
        settings.split.block == nil
        ? settings.split.split(of: hash(of: codes))
        : settings.split.split(source: source, line: reader.lineNumber - 1)
      let spool = spools[split]
      let number = base + reader.lineNumber - 1
      try settings.cut.forEachString(in: codes, length: settings.length) { range in
        let string = UnsafeBufferPointer(rebasing: codes[range])
        try spool.append(string, line: number)
        if split == .train { counts.add(string) }
      }
    }
  }

  /// The salted hash of the text of some symbols.
  private func hash(of codes: UnsafeBufferPointer<SymbolCode>) -> StableHash {
    var hash = settings.split.salted
    let clusters = counts.clusters
    let unit = settings.unit
    for code in codes { clusters.forEachByte(of: code, unit: unit) { hash.combine(byte: $0) } }
    return hash
  }

  /// Tells how far the work is; stops it where the answer is no.
  func announce(
    _ progress: ProgressBody, _ stage: CorpusPreparation.Progress.Stage, bytesRead: Int,
    total: Int?, strings: Int
  ) throws {
    let goesOn = try progress(
      CorpusPreparation.Progress(
        stage: stage, bytesRead: bytesRead, bytesTotal: total, strings: strings))
    if !goesOn {
      throw Failure(.interrupted, "the preparation was stopped; nothing was written")
    }
  }
}

extension LineStatistics {
  /// The sums of two.
  static func + (left: LineStatistics, right: LineStatistics) -> LineStatistics {
    var sum = left
    sum.bytes += right.bytes
    sum.lines += right.lines
    sum.emptyLines += right.emptyLines
    sum.repairedLines += right.repairedLines
    sum.nulLines += right.nulLines
    return sum
  }
}
