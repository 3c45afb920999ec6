// Coverage of the intervals for JS-n, scenario by scenario, in a file that can be taken up again.

import Glibc

/// `coverage run RESULTS [REPLICATES]` adds the scenarios and quantities that RESULTS lacks; `coverage table RESULTS`
/// prints them as Markdown.
@main
struct Coverage {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3, ["run", "table"].contains(arguments[1]) else {
      print("usage: coverage run RESULTS [REPLICATES] | coverage table RESULTS")
      exit(64)
    }
    let path = arguments[2]
    let lines = read(path)
    if arguments[1] == "table" {
      print(table(lines))
      return
    }
    let replicates = arguments.count > 3 ? Int(arguments[3]) ?? 2_000 : 2_000
    for scenario in Scenario.all {
      let missing = scenario.quantities.filter { quantity in
        !lines.contains { $0.hasPrefix("\(scenario.name);\(quantity.rawValue);") }
      }
      if missing.isEmpty { continue }
      let text = rows(of: scenario, replicates: replicates, missing).map { $0 + "\n" }.joined()
      append(text, to: path)
      print(scenario.name)
      fflush(nil)
    }
  }

  static func read(_ path: String) -> [String] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var lines: [String] = []
    var buffer = [CChar](repeating: 0, count: 4096)
    while fgets(&buffer, Int32(buffer.count), file) != nil {
      let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      lines.append(String(decoding: bytes.filter { $0 != 10 }, as: UTF8.self))
    }
    return lines
  }

  static func append(_ text: String, to path: String) {
    guard let file = fopen(path, "a") else {
      perror(path)
      exit(74)
    }
    fputs(text, file)
    fclose(file)
  }

  /// One table for each estimand: coverage in percent (misses below/above), order by order.
  static func table(_ lines: [String]) -> String {
    let rows = lines.map {
      $0.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
    }
    let titles: [Quantity: String] = [
      .plugIn: "Expected plug-in value",
      .heldOut: "Expected plug-in value against the rest, where parts are held out",
      .paired: "Paired difference", .independent: "Difference of independent sets",
      .truth: "True divergence, where given",
    ]
    var text = ""
    for quantity in Quantity.allCases {
      text += "\n**\(titles[quantity] ?? "")**\n\n"
      text += "| source | " + (1...6).map { "n = \($0)" }.joined(separator: " | ")
      text += " | SE ratio | length |\n|---|" + (1...8).map { _ in "---|" }.joined() + "\n"
      for scenario in Scenario.all {
        let own = rows.filter {
          $0.count > 11 && $0[0] == scenario.name && $0[1] == quantity.rawValue
        }
        if own.isEmpty { continue }
        let cells = (1...6).map { order in
          own.first { $0[2] == "\(order)" }.map(cell) ?? ""
        }
        let text0 =
          "\(scenario.name); \(scenario.samples) : \(scenario.samples * scenario.references)"
        text += "| \(text0) | " + cells.joined(separator: " | ")
        text += " | \(range(own.map { $0[9] })) | \(range(own.map { $0[8] })) |\n"
      }
    }
    return text
  }

  private static func cell(_ row: [String]) -> String {
    func percent(_ field: String) -> String {
      Double(field).map { "\(($0 * 1000).rounded() / 10)" } ?? "–"
    }
    guard let given = Double(row[4]), given > 0 else { return "–" }
    if row[11].isEmpty { return "given \(percent(row[4])) %" }
    let note = given < 0.9995 ? ", \(percent(row[4])) % given" : ""
    return "\(percent(row[5])) (\(percent(row[6]))/\(percent(row[7]))\(note))"
  }

  private static func range(_ fields: [String]) -> String {
    let values = fields.compactMap(Double.init).map { ($0 * 100).rounded() / 100 }
    guard let low = values.min(), let high = values.max() else { return "–" }
    return "\(low)–\(high)"
  }
}
