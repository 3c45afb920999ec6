/// A plain table for terminals and logs: columns aligned, no colour, no box drawing.
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
    rows.append(cells)
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
        case .left: line += column == cells.count - 1 ? cell : cell + gap
        case .right: line += gap + cell
        }
      }
      return line
    }
  }

  /// The table as Markdown, for cards and guides.
  public var markdown: String {
    let rule = alignments.map { $0 == .right ? "---:" : "---" }
    return ([headers, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
  }
}
