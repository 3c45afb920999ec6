import Testing

@testable import Reporting

@Suite("Text tables")
struct TextTableTests {
  @Test("columns are as wide as their widest cell, numbers to the right, no trailing spaces")
  func alignment() {
    var table = TextTable([("name", .left), ("value", .right), ("note", .left)])
    table.append(["a", "1", ""])
    table.append(["longer", "1234567", "seen"])
    #expect(
      table.lines == [
        "name      value  note",
        "a             1",
        "longer  1234567  seen",
      ])
  }

  @Test("a table without rows is its header")
  func empty() {
    #expect(TextTable([("a", .right), ("b", .left)]).lines == ["a  b"])
    #expect(TextTable([]).lines == [""])
  }

  @Test("characters count, not bytes")
  func characters() {
    var table = TextTable([("±", .left), ("x", .right)])
    table.append(["é", "1"])
    table.append(["e\u{301}e", "2"])
    #expect(table.lines.map(\.count) == [5, 5, 5])
  }

  @Test("control characters of a hostile name cannot move the cursor or break the row")
  func controls() {
    var table = TextTable([("name", .left), ("value", .right)])
    table.append(["a\nb\r\u{1B}[2J\u{9B}", "1"])
    #expect(table.lines.count == 2)
    #expect(table.lines[1] == "a\u{FFFD}b\u{FFFD}\u{FFFD}[2J\u{FFFD}      1")
    #expect(!table.lines[1].unicodeScalars.contains { $0.properties.generalCategory == .control })
  }

  @Test("Markdown: alignment in the rule, bars and backslashes in cells escaped")
  func markdown() {
    var table = TextTable([("name", .left), ("value", .right)])
    table.append([#"a|b\c"#, "1"])
    #expect(table.markdown == "| name | value |\n| --- | ---: |\n| a\\|b\\\\c | 1 |\n")
  }
}
