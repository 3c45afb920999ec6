import Files
import Foundation
import Testing

@testable import TextCoding

@Suite("Normalisation")
struct NormalisationTests {
  struct Golden: Decodable {
    let cases: [[String: String]]
  }

  static let settings: [(key: String, TextNormalisation)] = [
    ("NFC", TextNormalisation(form: .nfc)),
    ("NFKC", TextNormalisation(form: .nfkc)),
    ("NFC+fold", TextNormalisation(form: .nfc, foldsCase: true)),
    ("NFKC+fold", TextNormalisation(form: .nfkc, foldsCase: true)),
    ("fold", TextNormalisation(form: .none, foldsCase: true)),
    ("text", TextNormalisation(form: .none)),
  ]

  static func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }

  @Test("utf8proc agrees with Python's unicodedata", arguments: settings.indices)
  func golden(_ index: Int) throws {
    let (key, normalisation) = Self.settings[index]
    let data = try Data(contentsOf: fixtures.appendingPathComponent("normalisation.json"))
    let golden = try JSONDecoder().decode(Golden.self, from: data)
    #expect(golden.cases.count > 500)
    for item in golden.cases {
      let text = try #require(item["text"])
      let expected = try #require(item[key])
      let found = try normalisation.normalise(text)
      #expect(
        Self.scalars(found) == Self.scalars(expected), "\(key) of \(Self.scalars(text))")
    }
  }

  @Test("Normalising twice changes nothing more", arguments: settings.indices)
  func idempotent(_ index: Int) throws {
    let normalisation = Self.settings[index].1
    let data = try Data(contentsOf: fixtures.appendingPathComponent("normalisation.json"))
    let golden = try JSONDecoder().decode(Golden.self, from: data)
    let all = golden.cases.compactMap { $0["text"] }
    for text in all + [all.joined(), all.joined(separator: "\t")] {
      let once = try normalisation.normalise(text)
      #expect(Self.scalars(try normalisation.normalise(once)) == Self.scalars(once))
    }
  }

  @Test("Every scalar of the fast path is left alone, whatever stands around it")
  func inertScalars() throws {
    let around: [UInt32] = [0x61, 0x301, 0x1100, 0xAC00]
    for (ranges, normalisations) in [
      (InertScalars.canonical, [TextNormalisation(form: .nfc)]),
      (InertScalars.compatibility, [TextNormalisation(form: .nfkc)]),
      (
        InertScalars.folded,
        [
          TextNormalisation(form: .nfc, foldsCase: true),
          TextNormalisation(form: .nfkc, foldsCase: true),
          TextNormalisation(form: .none, foldsCase: true),
        ]
      ),
    ] {
      #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
      for normalisation in normalisations {
        var form = UnicodeForm(normalisation)
        var changed: [UInt32] = []
        for scalar in ranges.joined() {
          var alone: [UInt32] = []
          form.append([scalar], to: &alone)
          if alone != [scalar] || combiningClass(Int32(scalar)) != 0 { changed.append(scalar) }
          // What stands before ends where the scalar begins.
          for before in around {
            var apart: [UInt32] = []
            form.append([before], to: &apart)
            apart.append(scalar)
            var together: [UInt32] = []
            form.append([before, scalar], to: &together)
            if apart != together { changed.append(scalar) }
          }
        }
        #expect(changed.isEmpty)
      }
    }
  }

  @Test("No scalar of the NFC fast path is the second of a canonical composite")
  func inertScalarsNeverCompose() {
    let inert = InertScalars(TextNormalisation(form: .nfc))
    var seconds: Set<UInt32> = []
    for value in UInt32(0xC0)..<0x30000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      // Foundation's decomposition is an implementation that is not ours.
      let parts = String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars
      seconds.formUnion(parts.dropFirst().map(\.value))
    }
    #expect(seconds.count > 100)
    #expect(!seconds.contains { $0 < 0x80 || inert.contains($0) })
  }

  @Test("The fast path equals normalising the whole text at once, on random mixtures")
  func fastPathEqualsWhole() throws {
    var numbers = TestNumbers(seed: 7)
    let pool: [UInt32] = [
      0x20, 0x41, 0x61, 0x65, 0xE9, 0xC5, 0x130, 0x301, 0x323, 0x327, 0x345, 0x3B1, 0x3C3, 0x400,
      0x439, 0x5D0, 0x5B0, 0x627, 0x654, 0x915, 0x93C, 0x94D, 0x9C7, 0x9D7, 0xE33, 0x1100, 0x1161,
      0x11A8, 0xAC00, 0x1E9E, 0x2019, 0x2026, 0x212B, 0x304B, 0x3099, 0x4E2D, 0xF900, 0xFB01,
      0x1F600, 0x200D,
    ]
    for (_, normalisation) in Self.settings {
      for _ in 0..<400 {
        let scalars = (0..<numbers.below(24)).map { _ in numbers.element(pool) }
        let text = String(String.UnicodeScalarView(scalars.compactMap(Unicode.Scalar.init)))
        var form = UnicodeForm(normalisation)
        var whole: [UInt32] = []
        form.append(scalars, to: &whole)
        #expect(Self.scalars(try normalisation.normalise(text)) == whole)
        // A part of the line gives the beginning of the whole line's form.
        for limit in [0, 1, 3, 8] {
          var pass = NormalisingPass(normalisation)
          var copy = text
          try copy.withUTF8 { bytes in
            let isWhole = try pass.run(bytes, limit: limit)
            #expect(isWhole || pass.scalars.count > limit)
            #expect(pass.scalars.prefix(limit).elementsEqual(whole.prefix(limit)))
          }
        }
      }
    }
  }

  @Test("A part of normalised text is normalised")
  func closedUnderParts() throws {
    let data = try Data(contentsOf: fixtures.appendingPathComponent("normalisation.json"))
    let golden = try JSONDecoder().decode(Golden.self, from: data)
    for normalisation in [TextNormalisation(form: .nfc), TextNormalisation(form: .nfkc)] {
      for text in golden.cases.prefix(500).compactMap({ $0["text"] }) {
        let scalars = Array(try normalisation.normalise(text).unicodeScalars)
        for start in 0..<min(3, scalars.count) {
          for end in start..<scalars.count {
            let part = String(String.UnicodeScalarView(scalars[start...end]))
            #expect(
              Self.scalars(try normalisation.normalise(part)) == scalars[start...end].map(\.value))
          }
        }
      }
    }
  }

  @Test(
    "Runs of control characters and line separators become one space",
    arguments: [
      ("a\tb", "a b"), ("a\t\t\tb", "a b"), ("\u{0}a\u{7F}", " a "), ("a\u{85}b", "a b"),
      ("a\u{2028}\u{2029}b", "a b"), ("a \t b", "a   b"), ("\u{1B}[1mx", " [1mx"),
      ("a\u{9F}\u{301}", "a \u{301}"), ("a\nb\r\nc", "a b c"), ("\u{A0}", "\u{A0}"),
    ])
  func controls(_ text: String, _ expected: String) throws {
    #expect(
      Self.scalars(try TextNormalisation.standard.normalise(text)) == Self.scalars(expected))
  }

  @Test("Control characters are refused where asked for, with code point and byte")
  func controlsRejected() {
    let normalisation = TextNormalisation(controls: .reject)
    let message = failureMessage { _ = try normalisation.normalise("é\u{2028}") }
    #expect(
      message
        == "text, byte 3: control character U+2028 is refused; remove it, or let control "
        + "characters be replaced by a space")
    #expect(failureKind { _ = try normalisation.normalise("a\tb") } == .badData)
    #expect(failureMessage { _ = try normalisation.normalise("a b") } == nil)
  }

  @Test("A hundred thousand marks in the wrong order are sorted quickly and stably")
  func manyMarks() throws {
    let marks = (0..<100_000).map { UInt32($0.isMultiple(of: 2) ? 0x301 : 0x323) }
    let text = String(
      String.UnicodeScalarView(([0x78] + marks).compactMap(Unicode.Scalar.init)))
    let found = Self.scalars(try TextNormalisation.standard.normalise(text))
    #expect(found.count == 100_001)
    #expect(found[1...50_000].allSatisfy { $0 == 0x323 })
    #expect(found[50_001...].allSatisfy { $0 == 0x301 })
  }

  @Test("The settings survive JSON")
  func codable() throws {
    for (_, normalisation) in Self.settings {
      let data = try JSONEncoder().encode(normalisation)
      #expect(try JSONDecoder().decode(TextNormalisation.self, from: data) == normalisation)
    }
  }
}
