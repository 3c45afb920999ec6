import Files
import Foundation
import Testing
import TextCoding

@testable import NGramScoring

@Suite("Damaged files of counts")
struct DamagedCountsTests {
  private static func file() throws -> CountsFile {
    try CountedText().counts(
      CountedText.lines(25, alphabet: CountedText.alphabet(6), seed: 3))
  }

  /// Opens bytes that are not a good file, and expects a failure that names it.
  @discardableResult
  private func expectDamage(
    _ bytes: [UInt8], _ folder: TemporaryFolder, _ note: String, _ parts: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Bool {
    let path = try folder.put(bytes, "damaged")
    do {
      let opened = try CountsFile.open(path)
      Issue.record("\(note): opened \(opened.digest)", sourceLocation: sourceLocation)
      return false
    } catch let failure as Failure {
      let isNamed = failure.message.contains(path) && !failure.message.contains("\n")
      #expect(
        failure.kind == .badData && isNamed, "\(note): \(failure)", sourceLocation: sourceLocation)
      for part in parts {
        #expect(
          failure.message.contains(part), "\(failure) lacks \(part)",
          sourceLocation: sourceLocation)
      }
      return true
    }
  }

  @Test("cut short anywhere they are refused by name")
  func truncation() throws {
    let folder = try TemporaryFolder()
    try Self.file().write(to: folder.file("good"))
    let good = try folder.contents("good")
    for size in 0..<good.count {
      guard try expectDamage(Array(good[..<size]), folder, "\(size) bytes of \(good.count)")
      else { return }
    }
    try expectDamage(good + good, folder, "twice")
    try expectDamage(good + [10], folder, "a line feed more")
  }

  @Test("any byte that changed is noticed", arguments: [1, 2])
  func corruption(seed: Int) throws {
    let folder = try TemporaryFolder()
    try Self.file().write(to: folder.file("good"))
    let good = try folder.contents("good")
    var random = SimulationRandom(seed: UInt64(seed))
    for place in good.indices {
      var damaged = good
      damaged[place] ^=
        seed == 1
        ? 1 << UInt8.random(in: 0..<8, using: &random) : UInt8.random(in: 1...255, using: &random)
      guard try expectDamage(damaged, folder, "seed \(seed), byte \(place)") else { return }
    }
  }

  /// The file with a head and windows of one's own under a right digest.
  private func sealed(_ head: String, _ windows: [UInt8], count: Int) -> [UInt8] {
    // The first line tells the head's length in ten digits.
    let lines = head.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    let begin = lines[0].split(separator: "\t")[..<2].joined(separator: "\t") + "\t"
    let size = begin.utf8.count + 11 + lines[1].utf8.count
    let text = begin + String("0000000000\(size)".suffix(10)) + "\n" + lines[1]
    var digest = WordDigest()
    digest.combine(text)
    windows.withUnsafeBytes { digest.combine($0) }
    digest.combine(CountsFile.endBegin(windows: count))
    return Array(text.utf8) + windows
      + Array(CountsFile.endText(windows: count, digest: digest.hex).utf8)
  }

  @Test("heads that make no sense are refused, also under a right digest")
  func heads() throws {
    let folder = try TemporaryFolder()
    let file = try Self.file()
    let windows = try file.counts.bytes()
    let count = file.counts.runs[0].windows
    let head = file.headText
    try folder.put(sealed(head, windows, count: count), "good")
    try file.write(to: folder.file("written"))
    #expect(try folder.contents("good") == folder.contents("written"))

    func expect(_ old: String, _ new: String, _ parts: String...) throws {
      let changed = head.replacingOccurrences(of: old, with: new)
      #expect(changed != head, "\(old) is not there")
      try expectDamage(sealed(changed, windows, count: count), folder, new)
      for part in parts {
        try expectDamage(sealed(changed, windows, count: count), folder, new, part)
      }
    }
    try expect("dgflow counts\t1", "dgflow counts\t2", "version is '2'", "reads version 1")
    try expect("dgflow counts\t1", "dgflow text\t1", "is not a file of counts")
    try expect("length\t8", "length\t-8", "length needs 1 numbers")
    try expect("length\t8", "length\t3", "orders 1 to 4 of strings of 3")
    try expect("length\t8", "width\t8", "line 2", "expected 'length'")
    try expect("orders\t1\t4", "orders\t0\t4", "orders 0 to 4")
    try expect("orders\t1\t4", "orders\t4\t1", "orders 4 to 1")
    try expect("orders\t1\t4", "orders\t1", "orders needs 2 numbers")
    try expect("orders\t1\t4", "orders\t1\t5", "ngrams")
    try expect(
      "length\t8\norders\t1\t4", "length\t200000000000000\norders\t1\t100000000000000", "ngrams")
    try expect("padding\tcounted", "padding\tperhaps", "padding is 'perhaps'")
    try expect("parts\tline", "parts\tpage", "expected one of line, ")
    try expect("vocabulary\tof the text", "vocabulary\tlost", "vocabulary is 'lost'")
    try expect("strings\t", "strings\t9\t", "strings needs 16 numbers")
    try expect("strings\t", "strings\t9999999999999999", "strings needs 16 numbers", "from 0 up")
    try expect("unit\tscalar", "unit\tbytes", "unit")
    try expect("2\ta\t", "2\tb\t", "b")
    let strings = file.counts.stringsOfParts.map { "\t\($0)" }.joined()
    try expect(
      "strings" + strings,
      "strings" + strings.dropFirst(2).reduce("\t4294967296") { $0 + String($1) },
      "counts have room for")
    #expect(throws: Failure.self) { try CountsFile.open(folder.file("absent")) }
    #expect(throws: Failure.self) { try CountsFile.open(folder.path) }
  }

  @Test("orders that the vocabulary does not allow are refused by name")
  func tooLong() throws {
    let folder = try TemporaryFolder()
    var text = CountedText()
    text.length = 60
    text.orders = 38...38
    let file = try text.counts(CountedText.lines(9, alphabet: CountedText.alphabet(6), seed: 4))
    let head = file.headText.replacingOccurrences(of: "orders\t38\t38", with: "orders\t60\t60")
    try expectDamage(sealed(head, [], count: 0), folder, "order 60", "do not fit 128 bits")
  }

  @Test("windows that cannot be are refused when they are read")
  func windows() throws {
    let folder = try TemporaryFolder()
    let file = try Self.file()
    let good = try file.counts.bytes()
    let count = file.counts.runs[0].windows
    var random = SimulationRandom(seed: 7)
    var refused = 0
    for trial in 0..<200 {
      var windows = good
      windows[Int.random(in: 0..<good.count, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
      let path = try folder.put(sealed(file.headText, windows, count: count), "damaged")
      let opened = try CountsFile.open(path).file
      do {
        // Whatever they say, nothing is read outside.
        for order in opened.counts.layout.orders { _ = try opened.counts.distinct(order: order) }
        let other = try CountsFile.merged(
          [(path, opened), ("other", try CountedText().counts(["xyz"]))],
          settings: NGramCounter.Settings())
        _ = try other.counts.bytes()
      } catch let failure as Failure {
        #expect(failure.kind == .badData && failure.message.contains(path), "trial \(trial)")
        refused += 1
      }
    }
    #expect(refused > 20)
    for (windows, count) in [
      (Array(good.dropLast()), count), (good + [1], count), (good, count + 1), (good, count - 1),
    ] {
      let path = try folder.put(sealed(file.headText, windows, count: count), "damaged")
      let opened = try CountsFile.open(path).file
      let failure = #expect(throws: Failure.self) { try opened.counts.bytes() }
      #expect(failure?.message.contains(path) == true)
      #expect(failure?.message.contains("the counts are damaged") == true)
    }
  }

  @Test("a digest does not depend on how bytes are cut into pieces")
  func digest() {
    var random = SimulationRandom(seed: 8)
    let bytes = (0..<500).map { _ in UInt8.random(in: 0...255, using: &random) }
    func digest(_ cuts: [Int]) -> String {
      var digest = WordDigest()
      for (start, end) in zip([0] + cuts, cuts + [bytes.count]) {
        bytes[start..<end].withUnsafeBytes { digest.combine($0) }
      }
      return digest.hex
    }
    let whole = digest([])
    for _ in 0..<100 {
      let cuts = (0..<Int.random(in: 1...40, using: &random)).map { _ in
        Int.random(in: 0...bytes.count, using: &random)
      }
      #expect(digest(cuts.sorted()) == whole, "\(cuts)")
    }
    var shorter = WordDigest()
    bytes.dropLast().withUnsafeBytes { shorter.combine($0) }
    var zero = WordDigest()
    (bytes.dropLast() + [0]).withUnsafeBytes { zero.combine($0) }
    #expect(Set([whole, shorter.hex, zero.hex, WordDigest().hex]).count == 4)
  }
}
