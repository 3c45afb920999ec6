import Experiments
import Files
import GenerativeModels
import NGramScoring
import Refinement
import Runs
import Testing
import TextCoding

@testable import Reporting

@Suite("Tables of results")
struct TableTests {
  @Test("scores: value, error, floor, count, direction, reference, digest and seed")
  func scores() throws {
    let rows = try Small.rows()
    let lines = ScoreTable.lines(rows)
    // A head, the rows, what the interval is about, the reference.
    #expect(lines.count == 1 + rows.count + 2)
    #expect(lines.contains("95 %: expected plug-in value at these counts against this reference"))
    let js = try #require(rows.first { $0.metric == .jensenShannon })
    let line = try #require(lines.first { $0.contains("JS-2") })
    for text in [
      "ours", Figures.fixed(js.value, 4),
      "[\(Figures.fixed(js.lower, 4)), \(Figures.fixed(js.upper, 4))]",
      Figures.fixed(js.floor, 4), Figures.fixed(js.floorDeviation, 4),
      Figures.fixed(js.excess, 4), "40", "lower",
    ] { #expect(line.contains(text), "\(line) lacks \(text)") }
    #expect(
      lines.last
        == "reference: digits, test split, 50 strings, digest 00000000000000d1; "
        + "floors drawn with seed 3")
  }

  @Test("without floors there are dashes, and every reference is named once")
  func noFloor() throws {
    let rows =
      try Small.rows(hasFloor: false, split: nil) + Small.rows(name: "theirs", hasFloor: false)
    let lines = ScoreTable.lines(rows)
    #expect(lines.filter { $0.hasPrefix("reference: ") }.count == 2)
    #expect(lines.contains { $0.hasPrefix("reference: digits, 50 strings") })
    let line = try #require(lines.first { $0.contains("JS-2") })
    #expect(line.split(separator: " ").filter { $0 == "-" }.count == 3)
    // No floor, no source of floors.
    #expect(!lines.contains { $0.contains("floors") })
    #expect(lines.contains { $0.contains("near real text's") })
  }

  @Test("a text file's floors are of strings held out; rows against parts of it share a line")
  func heldOut() throws {
    let rows = try Small.rows(split: nil)
    let part = try #require(rows.first)
    let whole = ScoreRow(
      name: "ours", metric: .cosine, order: 2, value: 0.5, samples: 40,
      reference: .init(name: "digits", lines: 60, digest: part.reference.digest), seed: 3)
    #expect(
      ScoreTable.lines(rows + [whole]).filter { $0.hasPrefix("reference") } == [
        "reference: digits, 50 to 60 strings, digest 00000000000000d1; floors of strings held out "
          + "of it"
      ])
  }

  @Test("differences: names, order, sign, interval or why there is none, paired or not")
  func differences() throws {
    let strings = Small.digits(400) { $0 * $0 % 13 }
    let scorer = try NGramScorer(
      reference: Small.digits(300) { $0 * $0 % 11 }, vocabularySize: 11, orders: [2])
    let first = try scorer.scores(of: strings.rows(Array(0..<200)))[0]
    let second = try scorer.scores(of: strings.rows(Array(200..<400)))[0]
    for (paired, words) in [(true, "paired by line"), (false, "independent sets")] {
      let difference = try #require(second.difference(minus: first, paired: paired))
      let lines = ScoreTable.lines([
        NamedDifference(name: "theirs", base: "ours", difference: difference)
      ])
      #expect(lines.count == 4 && lines[0] == "" && lines[2].hasPrefix("theirs − ours"))
      #expect(lines[2].contains("JS-2"))
      #expect(lines[2].contains(Figures.signed(difference.value, 4)))
      if let lower = difference.lower {
        #expect(lines[2].contains("[\(Figures.signed(lower, 4)), "))
      } else {
        #expect(lines[2].hasSuffix(try #require(difference.gap).rawValue))
      }
      #expect(lines[3].hasSuffix(words))
    }
    let none = try #require(first.difference(minus: first, paired: true))
    let same = ScoreTable.lines([NamedDifference(name: "a", base: "a", difference: none)])
    #expect(same[2].hasSuffix(try #require(none.gap).rawValue))
    #expect(ScoreTable.lines([NamedDifference]()) == [])
  }

  @Test("comma-separated values: a head, all digits, quotes around odd names (RFC 4180)")
  func csv() throws {
    let rows = try Small.rows()
    let lines = ScoreCSV.lines(rows)
    #expect(lines.count == 1 + rows.count)
    let columns = lines[0].split(separator: ",")
    #expect(columns.prefix(4) == ["name", "metric", "order", "value"])
    for (line, row) in zip(lines.dropFirst(), rows) {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      #expect(fields.count == columns.count)
      #expect(Double(fields[3]) == row.value && String(fields[1]) == row.metric.rawValue)
    }
    for (name, quoted) in [
      ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""), ("a\r\nb", "\"a\r\nb\""),
      ("\"\u{301}", "\"\"\"\u{301}\""), ("plain b", "plain b"), ("", ""),
    ] {
      let line = ScoreCSV.lines([
        ScoreRow(
          name: name, metric: .cosine, order: nil, value: 1, samples: 2,
          reference: .init(name: "r", lines: 3), seed: 4)
      ])[1]
      #expect(
        line.unicodeScalars.elementsEqual(
          (quoted + ",cosine,,1.0,,,,,,,,,,,2,r,,3,,4").unicodeScalars),
        "\(line)")
    }
  }

  @Test("calibrations: counts, fit, check with intervals, verdict")
  func calibration() throws {
    for (shift, verdict) in [
      (1.0, "consistent with a log density ratio"), (5, CalibrationCheck.separableNotice),
    ] {
      let calibration = try Small.calibration(shift: shift)
      let lines = CalibrationTable.lines(calibration)
      #expect(lines.count == 4)
      for (line, record) in zip(lines.dropFirst(), calibration.records) {
        #expect(line.hasPrefix("as trained  \(record.representation.rawValue)"))
        #expect(line.hasSuffix(verdict), "\(line)")
        for text in [
          "40+40", Figures.fixed(record.calibration.scale, 3),
          Figures.fixed(record.calibration.offset, 3),
          Figures.fixed(record.check.areaUnderCurve, 4), Figures.fixed(record.check.logLoss, 4),
        ] { #expect(line.contains(text), "\(line) lacks \(text)") }
        if let slope = record.check.slope {
          #expect(
            line.contains(
              "\(Figures.fixed(slope.value, 3)) [\(Figures.fixed(slope.lower, 3)), "
                + "\(Figures.fixed(slope.upper, 3))]"))
        } else {
          #expect(line.split(separator: " ").contains("-"))
        }
      }
      var both = calibration
      both.continued = [
        ContinuedCritic(
          settings: CriticContinuation.Settings(.decoded, seed: 1), step: 7, course: [],
          record: try #require(calibration.record(.decoded)))
      ]
      let last = try #require(CalibrationTable.lines(both).last)
      #expect(last.hasPrefix("continued, step 7  decoded ") && last.hasSuffix(verdict), "\(last)")
    }
  }

  @Test("findings: what, the values, and a remedy")
  func findings() {
    let cases: [(TrainingFinding, [String])] = [
      (.overfitting(training: 1.7, heldOut: 1.2), ["overfitting", "1.700", "1.200", "more text"]),
      (.slope(2.5), ["divergence", "2.500", "rate"]),
      (
        .gradients(network: "critic", norm: 70, median: 6),
        ["divergence", "critic", "70.000", "6.000", "rate"]
      ),
      (
        .decline(order: 6, value: 0.76, least: 0.7, iteration: 20),
        ["decline", "JS-6", "0.7600", "0.7000", "iteration 20"]
      ),
      (.collapse(duplicateRate: 0.2, real: 0.01), ["collapse", "20.0 %", "1.0 %", "rate"]),
      (.saturation(sharpness: 0.9951), ["saturation", "0.9951", "rate"]),
    ]
    for (finding, parts) in cases {
      let line = FindingWords.line(finding)
      for part in parts { #expect(line.contains(part), "\(line) lacks \(part)") }
    }
  }

  @Test("a comparison: floors, real text's values, counts, reference, differences, what d is")
  func comparison() throws {
    let folder = try TemporaryFolder()
    let rows = try comparison(in: folder.path)
    let lines = ComparisonTable.lines(rows)
    for row in rows {
      let js = try #require(
        row.scores.first { $0.metric == .jensenShannon && $0.order == 2 })
      let line = try #require(lines.first { $0.hasPrefix(row.name) })
      for text in [js.value, js.floor, js.excess] {
        #expect(line.contains(Figures.fixed(text, 4)))
      }
      for metric in [Metric.recall, .distinctShare] {
        let score = try #require(row.scores.first { $0.metric == metric && $0.order == 2 })
        #expect(
          line.contains(
            "\(Figures.fixed(score.value, 4)) (\(Figures.fixed(score.floor, 4)))"))
      }
    }
    let digest = try #require(rows[0].scores[0].reference.digest)
    #expect(lines.contains { $0.hasPrefix("reference: corpus, test split") && $0.contains(digest) })
    #expect(
      lines.contains {
        $0.contains("precision-2 (real)") && $0.contains("duplicates (real)")
          && $0.contains("copies")
      })
    #expect(
      lines.contains(
        "JS at the full count, paired by latent; recall over 3 independent sets of 10 samples, at "
          + "that count"))
    let moved = try #require(lines.firstIndex { $0.hasPrefix("what moved") })
    #expect(
      lines[moved + 1].contains("2 steps of 0.1") && lines[moved + 1].contains("→")
        && lines[moved + 1].hasSuffix("%"))
    let cost = try #require(lines.firstIndex { $0.hasPrefix("cost") })
    #expect(lines[cost + 1].contains("5 units") && lines[cost + 1].contains("0 units"))
    #expect(lines[cost + 1].hasSuffix("-"))
    #expect(
      lines.last == "d of run, KL; run, JS: the critic's raw score, which is no log ratio")
    #expect(lines.allSatisfy { $0.count <= 110 }, "a line is wider than a terminal")
    #expect(!lines.contains { $0.hasPrefix("counts differ") })
  }

  @Test("a comparison of unequal counts and without floors says so")
  func unequal() throws {
    let folder = try TemporaryFolder()
    let rows = try comparison(in: folder.path, fileLines: 4_000)
    let lines = ComparisonTable.lines(rows)
    #expect(lines.contains { $0.hasPrefix("counts differ") })
    #expect(lines.contains { $0.hasPrefix("floor unavailable: needs ") })
    #expect(ComparisonTable.lines([]).count <= 1)
  }

  /// Base, KL and JS rows of an untrained run, or the row of a long file beside it.
  private func comparison(in folder: String, fileLines: Int? = nil) throws -> [ComparisonRow] {
    let text = (0..<300).map { "\($0 * $0 % 1009) and \($0 * 7 % 31) and \($0)" }
    let bytes = Array(text.joined(separator: "\n").utf8)
    var preparation = CorpusPreparation()
    preparation.length = 8
    let corpus = try PreparedCorpus.prepare(
      [CorpusSource(name: "digits") { MemorySource(bytes) }], with: preparation,
      at: folder + "/corpus")
    let session = try TrainingSession(
      beginning: folder + "/run", corpus: corpus, preset: "tiny", networks: NetworkSize(width: 4),
      recipe: AdversarialConfiguration(batch: 4, shards: 1, iterations: 0),
      pace: TrainingSession.Pace(), threads: 1)
    _ = try session.run { _ in .proceed }
    var options = ScoringReference.Options()
    options.orders = [2, 4]
    var settings = Comparison.Settings()
    settings.count = fileLines ?? 30
    settings.sets = 3
    settings.divergences = [.kullbackLeibler, .jensenShannon]
    settings.steps = 2
    let comparison = try Comparison(
      reference: try ScoringReference(corpus: corpus, options: options), settings: settings,
      threads: 1)
    if let fileLines {
      let (long, short) = (folder + "/long.txt", folder + "/short.txt")
      try AtomicFile.write(
        (0..<fileLines).map { "\($0)\n" }.joined(), to: long)
      try AtomicFile.write("1\n2\n", to: short)
      return try [long, short].map { try comparison.row(ofFile: $0) }
    }
    return try comparison.rows(
      of: try Run(opening: folder + "/run"), name: "run",
      choice: RatioChoice(kind: .raw, offset: .none))
  }
}
