/// A picture of shapes and words, built element by element; readable in light and in dark.
///
/// Colours are classes of one style sheet, so that a picture follows the reader's preference. Numbers are
/// written with two decimals, which is finer than a pixel.
struct SVGImage {
  /// What a shape is drawn in.
  enum Ink: String, CaseIterable {
    /// Axes, frames and words.
    case text
    /// Real data.
    case real
    /// The base model.
    case base
    /// After refinement.
    case refined
    /// Arrows and paths.
    case path

    /// Colours on white and on black; contrast with the ground is at least 3:1.
    fileprivate var colours: (light: String, dark: String) {
      switch self {
      case .text: ("#333333", "#dddddd")
      case .real: ("#767676", "#9a9a9a")
      case .base: ("#b3501b", "#f2a26b")
      case .refined: ("#1f62b5", "#7ab8ff")
      case .path: ("#55555a", "#b5b5bd")
      }
    }
  }

  private let width: Double
  private let height: Double
  private let title: String
  private let description: String
  private var elements: [String] = []

  /// An empty picture.
  ///
  /// - Parameters:
  ///   - title: what it is called.
  ///   - description: what it shows, for those who do not see it.
  init(width: Double, height: Double, title: String, description: String) {
    self.width = width
    self.height = height
    self.title = title
    self.description = description
  }

  /// A filled circle.
  mutating func dot(_ x: Double, _ y: Double, radius: Double, _ ink: Ink) {
    elements.append(
      "<circle class=\"\(ink.rawValue)\" cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\"/>"
    )
  }

  /// A line through points.
  mutating func line(_ points: [(x: Double, y: Double)], width: Double = 1, _ ink: Ink) {
    let path = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
    elements.append(
      "<polyline class=\"\(ink.rawValue)-line\" points=\"\(path)\" stroke-width=\"\(number(width))\"/>"
    )
  }

  /// The outline of a rectangle.
  mutating func frame(_ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    elements.append(
      "<rect class=\"text-line\" x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" "
        + "height=\"\(number(height))\" stroke-width=\"0.5\"/>")
  }

  /// Words whose baseline begins at a place.
  mutating func text(_ words: String, _ x: Double, _ y: Double, size: Double = 12) {
    elements.append(
      "<text class=\"text\" x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(number(size))\">"
        + Self.escaped(words) + "</text>")
  }

  /// The file's contents.
  var document: String {
    let size = "\(number(width)) \(number(height))"
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)" role="img" \
      font-family="system-ui, sans-serif">
      <title>\(Self.escaped(title))</title>
      <desc>\(Self.escaped(description))</desc>
      <style>
      \(rules { $0.light })
      .ground { fill: #ffffff; }
      @media (prefers-color-scheme: dark) {
      \(rules { $0.dark })
      .ground { fill: #16161a; }
      }
      </style>
      <rect class="ground" width="100%" height="100%"/>
      \(elements.joined(separator: "\n"))
      </svg>

      """
  }

  private func rules(_ colour: ((light: String, dark: String)) -> String) -> String {
    Ink.allCases.map { ink in
      let value = colour(ink.colours)
      return ".\(ink.rawValue) { fill: \(value); } "
        + ".\(ink.rawValue)-line { fill: none; stroke: \(value); }"
    }.joined(separator: "\n")
  }

  private func number(_ value: Double) -> String { Figures.fixed(value, 2) }

  private static func escaped(_ words: String) -> String {
    words.reduce(into: "") { text, character in
      switch character {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      default: text.append(character)
      }
    }
  }
}
