import Foundation
import Testing

/// `score --parity` against the published protocol, written down here once more by plain means.
///
/// `language_helpers.py` of the improved-WGAN-training scripts: a line's first 32 symbols, padded by
/// backticks; the 2,047 most frequent symbols, backtick among them, and `unk`; n-grams at all
/// positions; JS-n in bits.
@Suite struct ParityTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// JS-n of samples against a reference, each line a list of symbols.
  private func published<S: Hashable>(
    _ samples: [[S]], _ reference: [[S]], padding: S, order: Int
  ) -> Double {
    func padded(_ line: [S]) -> [S] {
      let cut = line.prefix(32)
      return cut + Array(repeating: padding, count: 32 - cut.count)
    }
    var frequencies: [S: Int] = [:]
    for line in reference { for symbol in padded(line) { frequencies[symbol, default: 0] += 1 } }
    let known = Set(
      frequencies.sorted { $0.value > $1.value }.prefix(2047).map(\.key))
    func counts(_ lines: [[S]]) -> [[S?]: Int] {
      var counts: [[S?]: Int] = [:]
      for line in lines {
        let symbols = padded(line).map { known.contains($0) ? $0 : nil }
        for start in 0...(32 - order) {
          counts[Array(symbols[start..<start + order]), default: 0] += 1
        }
      }
      return counts
    }
    let (left, right) = (counts(samples), counts(reference))
    let totals = [left, right].map { Double($0.values.reduce(0, +)) }
    var terms: [Double] = []
    for gram in Set(left.keys).union(right.keys) {
      let p = Double(left[gram] ?? 0) / totals[0]
      let q = Double(right[gram] ?? 0) / totals[1]
      for share in [p, q] where share > 0 { terms.append(share * log2(2 * share / (p + q)) / 2) }
    }
    return terms.sorted().reduce(0, +)
  }

  private func score(_ options: String) throws -> Scored {
    try Scored("samples --reference training --parity \(options)", in: scratch)
  }

  @Test("bytes: first 32, no normalisation, a backtick of the text is padding")
  func bytes() throws {
    var numbers = LinearNumbers(state: 7)
    func lines(_ count: Int) -> [String] {
      let pieces = ["the ", "ox ", "é", "e\u{301}", "`", "日", "rain, ", "Z", "q", "\u{FB01}"]
      return (0..<count).map { _ in
        (0..<Int.random(in: 0...14, using: &numbers)).map { _ in
          pieces[Int.random(in: 0..<pieces.count, using: &numbers)]
        }.joined()
      } + ["", "`", "plain ``` inside and long enough to be cut", "ends ``"]
    }
    let (samples, training) = (lines(300) + ["ÿ only here"], lines(900))
    func symbols(_ lines: [String]) -> [[UInt8]] { lines.map { Array($0.utf8) } }
    // Broken UTF-8 is bytes like all others.
    let broken: [UInt8] = [0x66, 0xFF, 0xC3, 0x28]
    try scratch.write(
      (symbols(samples) + [broken]).flatMap { $0 + [10] }, to: "samples")
    try scratch.write(
      (symbols(training) + [broken, broken]).flatMap { $0 + [10] }, to: "training")
    let found = try score("--order 1 --order 2 --order 4 --order 6")
    for order in [1, 2, 4, 6] {
      let expected = published(
        symbols(samples) + [broken], symbols(training) + [broken, broken], padding: 0x60,
        order: order)
      let row = try #require(found.row("js", order))
      #expect(abs(row.value - expected) < 1e-12, "JS-\(order)")
      #expect(row.floor == nil && row.samples == 306 && row.reference.lines == 906)
    }
    #expect(found.settings.parity && found.settings.comparable == false)
    #expect(found.settings.draws == 0 && found.settings.length == 32)
  }

  @Test("samples that show their padding as backticks score as samples that do not")
  func shownPadding() throws {
    // No backtick in the training text: it is a symbol of the protocol all the same.
    let text = try String(contentsOfFile: Workshop.shared.text, encoding: .utf8)
    #expect(!text.contains("`"))
    let lines = text.split(separator: "\n").enumerated().map { $1.prefix(14 + 7 * ($0 % 5)) }
    for (name, lines) in [("training", lines.suffix(2000)), ("samples", lines.prefix(640))] {
      try scratch.write(lines.joined(separator: "\n").utf8, to: name)
    }
    for (unit, length) in [("byte", { $0.utf8.count }), ("scalar", { $0.unicodeScalars.count })]
      as [(String, (Substring) -> Int)]
    {
      try scratch.write(
        lines.prefix(640).map {
          $0 + String(repeating: "`", count: max(0, 32 - length($0))) + "\n"
        }.joined().utf8, to: "shown-\(unit)")
    }
    for unit in ["byte", "scalar"] {
      let bare = try score("--parity-unit \(unit)")
      let shown = try Scored(
        "shown-\(unit) --reference training --parity --parity-unit \(unit)", in: scratch)
      #expect(bare.numbers == shown.numbers && bare.rows.count == 9)
      func symbols(_ lines: ArraySlice<Substring>) -> [[UInt32]] {
        lines.map { unit == "byte" ? $0.utf8.map { UInt32($0) } : $0.unicodeScalars.map(\.value) }
      }
      for order in [4, 6] {
        let expected = published(
          symbols(lines.prefix(640)), symbols(lines.suffix(2000)), padding: 0x60, order: order)
        #expect(abs(try #require(shown.row("js", order)?.value) - expected) < 1e-12)
      }
    }
  }

  @Test("scalars beyond the most frequent 2,047 are one unknown symbol", arguments: [0, 3])
  func vocabularyLimit(backticks: Int) throws {
    // 2,046 symbols three times each, 300 once, and padding: no tie stands at the limit.
    let frequent = (0..<2046).map { Unicode.Scalar(UInt32(0x4E00 + $0)) }.compactMap { $0 }
    let rare = (0..<300).map { Unicode.Scalar(UInt32(0x6E00 + $0)) }.compactMap { $0 }
    var numbers = LinearNumbers(state: 11)
    func lines(_ symbols: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
      let symbols = symbols.shuffled(using: &numbers)
      return stride(from: 0, to: symbols.count, by: 23).map {
        Array(symbols[$0..<min($0 + 23, symbols.count)])
      }
    }
    let backtick: Unicode.Scalar = "`"
    // A backtick that is rare in the text is frequent as padding, and so is known.
    let training = lines(
      frequent + frequent + frequent + rare + Array(repeating: backtick, count: backticks))
    let samples = lines(Array(frequent.prefix(900)) + rare + rare.prefix(100)) + [[backtick, "é"]]
    for (name, lines) in [("training", training), ("samples", samples)] {
      let text = lines.map { line in
        var view = String.UnicodeScalarView()
        view.append(contentsOf: line)
        return String(view) + "\n"
      }
      try scratch.write(text.joined().utf8, to: name)
    }
    let found = try score("--parity-unit scalar --order 1 --order 2")
    for order in [1, 2] {
      let expected = published(samples, training, padding: backtick, order: order)
      #expect(abs(try #require(found.row("js", order)?.value) - expected) < 1e-12, "JS-\(order)")
    }
  }

  @Test("the table says what may be compared with published figures, and what not")
  func notes() throws {
    let made = try Tool.shell(
      "head -n 640 $text > samples; tail -n 2000 $text > training", folder: scratch.folder)
    #expect(made.status == 0)
    func lines(_ options: String...) throws -> [String] {
      let outcome = try Tool.run(
        ["score", "samples", "--reference", "training", "--parity"] + options,
        folder: scratch.folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return outcome.lines
    }
    let plain = try lines()
    #expect(
      plain.contains { $0.hasPrefix("published protocol: bytes, first 32, backtick padding") })
    #expect(plain.last == "reference of 2000 lines: not comparable with published figures")
    #expect(!plain.contains { $0.contains("640") && !$0.hasPrefix("samples") })
    // Declaring the text does not make it long.
    #expect(
      try lines("--billion-words").last
        == "reference of 2000 lines: not comparable with published figures")
    let fewer = try lines("--count", "600")
    #expect(fewer.contains("the published scripts score 640 samples; here 600 were scored"))
    // JSON and CSV have the notes beside them, not in them.
    let csv = try Tool.run(
      ["score", "samples", "--reference", "training", "--parity", "--csv"], folder: scratch.folder)
    #expect(csv.errors.contains("not comparable with published figures"))
    #expect(!csv.output.contains("comparable"))
    let short = try Tool.shell(
      "seq 1000000 > many; dgflow score samples --reference many --parity --billion-words --plain",
      folder: scratch.folder)
    #expect(
      short.lines.last == "reference of 1000000 lines, declared to be Billion Words training text")
  }
}
