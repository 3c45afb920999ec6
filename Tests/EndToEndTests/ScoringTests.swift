import Foundation
import Testing

/// What `score` says, whatever way text and reference come in.
@Suite struct ScoringTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    let made = try Tool.shell(
      """
      head -n 200 $text > ours; sed -n 201,400p $text > theirs; sed -n 401,500p $text > few
      tail -n 2000 $text > real; gzip -c ours > ours.gz; gzip -c real > real.gz
      dgflow corpus count real --output real.counts --quiet
      """, folder: scratch.folder)
    #expect(made.status == 0, "\(made.errors)")
  }

  private func scored(
    _ line: String, at location: SourceLocation = #_sourceLocation
  ) throws -> Scored {
    try Scored(line, in: scratch, at: location)
  }

  private func shell(_ line: String) throws -> Tool.Outcome {
    try Tool.shell(line, folder: scratch.folder)
  }

  @Test("text, gzip, pipes, counts, threads and memory: the same numbers to the last digit")
  func sameNumbers() throws {
    let metrics = "--metric js --metric recall --metric precision --metric seen --metric kl"
    let more = "--metric kl-reverse --metric cosine --metric distinct --metric perplexity"
    let rest = "--metric perplexity-reverse --order 1 --order 4 --order 6"
    let options = [metrics, more, rest].joined(separator: " ")
    let expected = try scored("ours --reference real \(options)")
    #expect(expected.rows.count == 8 * 3 + 2)
    for order in [1, 4, 6] {
      let row = try #require(expected.row("js", order))
      #expect(row.floor != nil && row.floorDeviation != nil)
      #expect(row.estimand == "expected plug-in value at these counts against this reference")
      let (lower, upper) = (try #require(row.lower), try #require(row.upper))
      #expect(lower < row.value && row.value < upper)
      #expect(row.trueDivergence != nil)
    }
    for line in [
      "ours --reference real.counts", "ours.gz --reference real.gz", "- --reference real < ours",
      "ours --reference - < real", "- --reference real.counts < ours",
      "<(cat ours) --reference <(cat real)", "<(cat ours) --reference real.counts",
      "ours --reference real --threads 1 --memory 58M", "ours --reference real --threads 3",
      "ours --reference real.counts --threads 3 --seed 1",
    ] {
      // `< ours` stands at the end of the line, options before it.
      let parts = line.split(separator: " < ").map(String.init)
      let ending = parts.count > 1 ? " < \(parts[1])" : ""
      let outcome = try shell("dgflow score \(parts[0]) \(options) --json\(ending)")
      #expect(outcome.status == 0, "\(line): \(outcome.errors)")
      let found = try JSONDecoder().decode(Scored.self, from: Data(outcome.output.utf8))
      #expect(found.numbers == expected.numbers, "\(line)")
    }
  }

  @Test("tokens, counts and corpora as samples score as their text does")
  func samples() throws {
    let made = try shell(
      """
      dgflow corpus count ours --vocabulary real.counts --output ours.counts --quiet
      dgflow corpus prepare ours --vocabulary real.counts --validation 0 --test 0 \
        --output ours.corpus --quiet
      """)
    #expect(made.status == 0, "\(made.errors)")
    let options = "--metric js --metric recall --metric kl --metric perplexity --plain"
    let expected = try scored("ours --reference real.counts \(options)")
    for samples in [
      "ours.counts", "ours.corpus --samples-split train", "ours.corpus/train.npy --tokens",
    ] {
      let found = try scored("\(samples) --reference real.counts \(options)")
      #expect(found.numbers == expected.numbers, "\(samples)")
      #expect(found.rows.allSatisfy { $0.samples == 200 })
    }
    // Counts know their lines' parts, so they have intervals too.
    let interval = try scored("ours.counts --reference real.counts --metric js").row("js", 4)
    #expect(interval?.lower != nil && interval?.floor != nil)
    // A corpus with its own vocabulary is encoded anew.
    let foreign = try scored("$corpus --reference real.counts --metric js --count 150")
    #expect(foreign.row("js", 4)?.samples == 150)
    #expect(foreign.rows[0].name == "corpus, validation")
    let outcome = try shell("dgflow score ours.counts --reference real.counts --metric all")
    #expect(outcome.status == 0)
    #expect(
      outcome.errorLines.map { $0.split(separator: " ")[0] } == ["duplicates", "copies", "words"])
  }

  @Test(
    "several files: differences to the first with intervals, paired or not; unequal counts warn")
  func differences() throws {
    let free = try scored("ours theirs ours --reference real")
    #expect(free.rows.count == 27)
    #expect(free.settings.differences.map(\.name) == ["theirs", "theirs", "ours", "ours"])
    for difference in free.settings.differences {
      let order = difference.difference.order
      func value(_ name: String) -> Double {
        free.rows.first { $0.name == name && $0.metric == "js" && $0.order == order }?.value ?? -1
      }
      #expect(difference.base == "ours" && !difference.difference.paired)
      let (value, lower, upper) = (
        difference.difference.value, difference.difference.lower, difference.difference.upper
      )
      if difference.name == "theirs" {
        #expect(try #require(lower) < value && value < (try #require(upper)))
      } else {
        #expect(value == 0)
      }
    }
    let pairs = try scored("ours theirs ours --reference real --paired").settings.differences
    #expect(pairs.allSatisfy { $0.difference.paired })
    #expect(pairs.map(\.difference.value) == free.settings.differences.map(\.difference.value))
    #expect(pairs[0].difference.lower != free.settings.differences[0].difference.lower)
    // A file and itself, paired, differ in nothing that an interval could come from.
    #expect(pairs[2].difference.value == 0 && pairs[2].difference.lower == nil)

    let table = try shell("dgflow score ours theirs --reference real --paired")
    #expect(table.status == 0 && table.errors == "")
    #expect(table.lines.last?.hasSuffix(", paired by line") == true)
    #expect(table.lines.contains { $0.hasPrefix("theirs − ours") && $0.contains("JS-6") })
    #expect(table.lines.allSatisfy { $0.count <= 120 })

    let unequal = try shell("dgflow score ours few --reference real.counts --quiet")
    #expect(unequal.status == 0)
    #expect(
      unequal.errors
        == "warning: values at 100 and 200 samples are not comparable: the bias depends on the count\n"
    )
    expectError(try shell("dgflow score ours few --reference real --paired"), 64, "200", "100")
    // Without intervals there is nothing to say of a difference.
    #expect(try scored("ours theirs --reference real --plain").settings.differences.isEmpty)
  }

  @Test(
    "each metric by its name; all of them at once",
    arguments: [
      "js", "kl", "kl-reverse", "cosine", "recall", "precision", "seen", "distinct", "duplicates",
      "copies", "words", "perplexity", "perplexity-reverse",
    ])
  func metrics(name: String) throws {
    let whole = try scored("ours --reference $corpus --metric \(name)")
    let hasOrders = !["duplicates", "copies", "words"].contains(name)
    let orders = hasOrders ? (name.hasPrefix("perplexity") ? [6] : [4, 6]) : []
    #expect(whole.rows.compactMap(\.order) == orders)
    #expect(whole.rows.allSatisfy { $0.metric == name && ($0.floor != nil) == (name != "copies") })
    #expect(whole.settings.metrics == [name])
    let all = try scored("ours --reference $corpus --metric all")
    #expect(Set(all.rows.map(\.metric)).count == 13)
    #expect(all.rows.filter { $0.metric == name }.map(\.numbers) == whole.numbers)
    // Against a text file as well, but for copies of a training text that is not there.
    guard name != "copies" else { return }
    let text = try scored("ours --reference real --metric \(name)")
    #expect(text.rows.count == max(orders.count, 1) && text.rows.allSatisfy { $0.metric == name })
    // Reverse perplexity alone has no floor of held-out parts.
    #expect(text.rows.allSatisfy { ($0.floor != nil) == (name != "perplexity-reverse") })
    #expect(text.rows.allSatisfy { ($0.reference.lines < 2000) == ($0.floor != nil) } || !hasOrders)
  }

  @Test("what counts cannot tell is left out of all, and said; --plain has values alone")
  func leftOut() throws {
    let all = try shell("dgflow score ours --reference real.counts --metric all --json")
    #expect(all.status == 0)
    #expect(
      all.errorLines == [
        "copies is left out: it needs training text beside the reference: give a prepared corpus, "
          + "and --split test",
        "words is left out: it needs the reference's words: give its text, where real.counts holds "
          + "counts",
      ])
    let found = try JSONDecoder().decode(Scored.self, from: Data(all.output.utf8))
    #expect(Set(found.rows.map(\.metric)).count == 11)
    // A text whose strings do not fit beside its counts has no words either.
    let small = "--reference <(yes 'a line of text' | head -n 60000 | cat real -) --memory 58M"
    let tight = try shell("dgflow score ours \(small) --metric all --threads 1 --json")
    #expect(tight.status == 0)
    #expect(tight.errorLines.last?.hasSuffix("give more --memory") == true, "\(tight.errors)")
    expectError(
      try shell("dgflow score ours \(small) --metric words --threads 1"), 64, "more --memory")
    let plain = try scored("ours --reference $corpus --plain")
    let whole = try scored("ours --reference $corpus")
    #expect(plain.settings.plain && plain.settings.draws == 0)
    #expect(plain.rows.map(\.value) == whole.rows.map(\.value))
    for row in plain.rows {
      #expect(row.floor == nil && row.lower == nil && row.trueDivergence == nil)
      #expect(row.estimand == nil && row.intervalGap == nil)
    }
    #expect(
      try scored("ours --reference real --plain").rows.allSatisfy { $0.reference.lines == 2000 })
    #expect(try !shell("dgflow score ours --reference real --plain").output.contains("floors"))
  }

  @Test("a reference too short for a floor is scored whole, and says what it lacks")
  func shortReference() throws {
    let outcome = try shell("dgflow score real --reference ours --json")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "floor unavailable: needs 3800 more lines\n")
    let found = try JSONDecoder().decode(Scored.self, from: Data(outcome.output.utf8))
    #expect(found.settings.missingLines == [3800])
    #expect(found.rows.allSatisfy { $0.floor == nil && $0.reference.lines == 200 })
  }

  @Test("CSV has the values of the JSON, and quotes odd names so that a reader finds them again")
  func csv() throws {
    let odd = "a, \"b\"\nc.txt"
    try scratch.write(scratch.bytes("ours"), to: odd)
    let options = ["score", odd, "theirs", "--reference", "real", "--metric", "all"]
    let outcome = try Tool.run(options + ["--csv"], folder: scratch.folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let records = csvRecords(outcome.output)
    let json = try Tool.run(options + ["--json"], folder: scratch.folder)
    let rows = try JSONDecoder().decode(Scored.self, from: Data(json.output.utf8)).rows
    #expect(records.count == 1 + rows.count)
    let head = records[0]
    for (record, row) in zip(records.dropFirst(), rows) {
      try #require(record.count == head.count)
      let fields = Dictionary(uniqueKeysWithValues: zip(head, record))
      #expect(fields["name"] == row.name && fields["metric"] == row.metric)
      #expect(fields["order"] == row.order.map(String.init) ?? "")
      for (name, value) in [
        ("value", row.value), ("floor", row.floor), ("floor_deviation", row.floorDeviation),
        ("excess", row.excess), ("standard_error", row.standardError), ("lower", row.lower),
        ("upper", row.upper), ("true_estimate", row.trueDivergence?.estimate),
        ("true_lower", row.trueDivergence?.lower), ("true_upper", row.trueDivergence?.upper),
      ] as [(String, Double?)] {
        #expect(fields[name].flatMap(Double.init) == value, "\(name)")
      }
      #expect(fields["true_gap"] == row.trueDivergence?.gap ?? "")
      #expect(fields["samples"] == "200" && fields["reference"] == "real")
      #expect(fields["reference_lines"] == "\(row.reference.lines)" && fields["split"] == "")
      #expect(fields["digest"] == row.reference.digest && fields["seed"] == "1")
    }
    #expect(records[1][0] == odd)
    // In a table the name stays on its line.
    let table = try Tool.run(options, folder: scratch.folder)
    #expect(table.lines.first { $0.contains("JS-4") }?.hasPrefix("a, \"b\"\u{FFFD}c.txt") == true)
  }

  /// Records of comma-separated values, read as RFC 4180 says.
  private func csvRecords(_ text: String) -> [[String]] {
    var records: [[String]] = [[""]]
    var isQuoted = false
    var scalars = Array(text.unicodeScalars)[...]
    func append(_ scalar: Unicode.Scalar) {
      records[records.count - 1][records[records.count - 1].count - 1].unicodeScalars.append(scalar)
    }
    while let scalar = scalars.popFirst() {
      switch scalar {
      case "\"" where isQuoted && scalars.first == "\"":
        scalars.removeFirst()
        append("\"")
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: records[records.count - 1].append("")
      case "\n" where !isQuoted: records.append([""])
      default: append(scalar)
      }
    }
    if records.last == [""] { records.removeLast() }
    return records
  }

  @Test("the JSON has the same keys in every row and in the settings")
  func keys() throws {
    let outcome = try shell("dgflow score ours theirs --reference real --metric all --json")
    let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    let envelope = try #require(object as? [String: Any])
    #expect(envelope.keys.sorted() == ["rows", "schema", "seed", "settings", "version"])
    #expect(envelope["schema"] as? String == "dgflow.score/1")
    for row in try #require(envelope["rows"] as? [[String: Any]]) {
      #expect(
        row.keys.sorted() == [
          "estimand", "excess", "floor", "floorDeviation", "intervalGap", "lower", "metric", "name",
          "order", "reference", "samples", "seed", "standardError", "trueDivergence", "upper",
          "value",
        ])
    }
    let settings = try #require(envelope["settings"] as? [String: Any])
    for key in [
      "differences", "draws", "excludesPadding", "length", "metrics", "missingLines", "orders",
      "parity", "plain", "reference", "tokens",
    ] {
      #expect(settings[key] != nil, "\(key)")
    }
  }

  @Test("the values are those of SciPy and of plain Python")
  func golden() throws {
    func fixture(_ name: String) throws -> [String: Any] {
      let path = Tool.root + "/Tests/NGramScoringTests/Fixtures/\(name).json"
      let object = try JSONSerialization.jsonObject(with: Data(try fileBytes(path)))
      return try #require(object as? [String: Any])
    }
    let text = try fixture("divergences")
    for name in ["samples", "reference"] {
      let lines = try #require(text[name] as? [String])
      try scratch.write(lines.map { $0 + "\n" }.joined().utf8, to: "golden-\(name)")
    }
    let counted = try shell(
      """
      # The vocabulary of the fixtures is of whole lines.
      dgflow corpus prepare golden-reference --length 100 --validation 0 --test 0 --output whole
      dgflow corpus count golden-reference --vocabulary whole --output golden.counts
      dgflow corpus count golden-reference --vocabulary whole --exclude-padding \
        --output without.counts
      """)
    #expect(counted.status == 0, "\(counted.errors)")
    let orders = (1...6).map { "--order \($0)" }.joined(separator: " ")
    for (excluding, counts) in [(false, "golden.counts"), (true, "without.counts")] {
      for reference in ["golden-reference --length 32", counts] {
        let found = try scored(
          "golden-samples --reference \(reference) \(orders) --plain --metric js --metric recall "
            + "--metric precision --metric distinct \(excluding ? "--exclude-padding" : "")")
        let rows = try #require(text["divergences"] as? [[String: Any]])
        for row in rows where row["excludingPadding"] as? Bool == excluding {
          let order = try #require(row["order"] as? Int)
          for (metric, key) in [
            ("js", "scipy"), ("js", "published"), ("recall", "recall"), ("precision", "precision"),
            ("distinct", "distinctShare"),
          ] {
            // A text's own vocabulary is of its first 32 symbols: two letters are unknown then.
            guard reference == counts || order > 1 else { continue }
            let value = try #require(found.row(metric, order)?.value)
            #expect(abs(value - (try #require(row[key] as? Double))) < 1e-14, "\(metric)-\(order)")
          }
        }
      }
    }
    let more = try scored(
      "golden-samples --reference golden.counts \(orders) --plain --metric kl "
        + "--metric kl-reverse --metric cosine --metric seen --metric duplicates")
    #expect(
      abs(try #require(more.row("duplicates")?.value) - (text["duplicateRate"] as? Double ?? -1))
        < 1e-15)
    let rows = try #require(try fixture("ngram-metrics")["rows"] as? [[String: Any]])
    for row in rows where row["name"] as? String == "text" {
      let order = try #require(row["order"] as? Int)
      for (metric, key) in [
        ("kl", "klFromReference"), ("kl-reverse", "klFromSamples"), ("cosine", "cosine"),
        ("seen", "seenShare"),
      ] {
        let value = try #require(more.row(metric, order)?.value)
        #expect(abs(value - (try #require(row[key] as? Double))) < 1e-13, "\(metric)-\(order)")
      }
    }
  }
}
