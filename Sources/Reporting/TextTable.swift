/// A plain table for terminals and logs: columns aligned, no colour, no box drawing.
///
/// Widths are counted in characters; scripts whose characters take two columns of a terminal are not
/// aligned. Control characters in a cell, such as those of a hostile file name, become U+FFFD.
public struct TextTable: Sendable {
  /// How the cells of a column are aligned.
  public enum Alignment: Sendable { case left, right }

  private let headers: [String]
  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// A table with these columns.
  public init(_ columns: [(header: String, alignment: Alignment)]) {
    headers = columns.map(\.header)
    alignments = columns.map(\.alignment)
  }

  /// Appends a row.
  ///
  /// - Precondition: as many cells as there are columns.
  public mutating func append(_ cells: [String]) {
    precondition(
      cells.count == headers.count,
      "TextTable: \(cells.count) cells for \(headers.count) columns")
    rows.append(cells.map(Self.printable))
  }

  /// The lines of the table, header first.
  public var lines: [String] {
    let widths = headers.indices.map { column in
      ([headers] + rows).map { $0[column].count }.max() ?? 0
    }
    return ([headers] + rows).map { cells in
      var line = ""
      for (column, cell) in cells.enumerated() {
        let gap = String(repeating: " ", count: widths[column] - cell.count)
        if column > 0 { line += "  " }
        switch alignments[column] {
        case .left: line += cell + gap
        case .right: line += gap + cell
        }
      }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
  }

  /// The table as Markdown, for cards and guides.
  public var markdown: String {
    let rule = alignments.map { $0 == .right ? "---:" : "---" }
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    func escaped(_ cells: [String]) -> [String] {
      cells.map { $0.replacing("\\", with: "\\\\").replacing("|", with: "\\|") }
    }
    return line(escaped(headers)) + line(rule) + rows.map { line(escaped($0)) }.joined()
  }

  private static func printable(_ cell: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in cell.unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control
      scalars.append(isControl ? "\u{FFFD}" : scalar)
    }
    return String(scalars)
  }
}
