import Files

/// A weighted choice, ready to be drawn from.
struct GrammarChoice: Sendable {
  /// Running sums of the weights.
  var cumulative: [Double]
  var alternatives: [[GrammarPiece]]
  /// The alternative that ends soonest.
  var shortest: Int
  /// Whether an alternative should not be used twice in a sentence.
  var isDistinct = false
  /// Whether a second use in a sentence writes nothing.
  var isOnce = false
  /// Number of the rule, or of the rule that it is an inflected copy of.
  var number = 0
}

/// What an alternative is made of, after compilation.
indirect enum GrammarPiece: Sendable {
  case text([UInt8])
  case space
  case rule(Int)
  case choice(GrammarChoice)
  case number(NumberPattern)
  case article
  case capital
}

/// Checks the rules as a whole and turns them into tables.
struct GrammarCompiler {
  /// Names in the order of the tables.
  let names: [String]
  private let sourceRules: [GrammarRule]
  private let length: ClosedRange<Int>
  private var index: [String: Int] = [:]
  /// Least derivation height of each rule; nil while unknown.
  private var heights: [Int?]

  init(_ rules: [GrammarRule], length: ClosedRange<Int>?) {
    sourceRules = rules
    names = rules.map(\.name)
    self.length = length ?? 0...Int.max
    heights = Array(repeating: nil, count: rules.count)
    for (position, rule) in rules.enumerated() { index[rule.name] = position }
  }

  /// The tables, the number of `<sentence>` and the length in words.
  ///
  /// - Throws: `Failure` of kind `badData`: no `<sentence>`, an unknown name, a rule that never
  ///   ends, a rule that no sentence uses.
  mutating func compile() throws -> (rules: [GrammarChoice], start: Int, length: ClosedRange<Int>) {
    guard let start = index["sentence"] else {
      let name = sourceRules.first?.place.source.name ?? "grammar"
      throw Failure(.badData, "\(name): there is no rule <sentence>; add it as the start")
    }
    for rule in sourceRules {
      for alternative in rule.alternatives { try checkNames(alternative) }
    }
    try findHeights()
    try findUnused(start)
    let tables = sourceRules.map { rule in
      var table = choice(rule.alternatives)
      table.isDistinct = rule.isDistinct
      table.isOnce = rule.isOnce
      table.number = index[rule.origin] ?? 0
      return table
    }
    return (tables, start, length)
  }

  private func checkNames(_ alternative: GrammarAlternative) throws {
    for item in alternative.items {
      switch item {
      case .reference(let name, _) where index[name] == nil:
        throw alternative.place.source.failure(
          line: alternative.place.line, "there is no rule <\(name)>; add it or mend the name")
      case .choice(let alternatives): try alternatives.forEach(checkNames)
      default: break
      }
    }
  }

  // Heights: least fixed point of height(rule) = 1 + min over alternatives of max over items.

  private mutating func findHeights() throws {
    var changed = true
    while changed {
      changed = false
      for (position, rule) in sourceRules.enumerated() where heights[position] == nil {
        if let height = height(rule.alternatives) {
          heights[position] = height + 1
          changed = true
        }
      }
    }
    if let endless = heights.firstIndex(where: { $0 == nil }) {
      let rule = sourceRules[endless]
      throw rule.place.source.failure(
        line: rule.place.line,
        "rule <\(rule.name)> never ends: each alternative leads back to it "
          + "or to a rule that never ends; add one that does not")
    }
  }

  private func height(_ alternatives: [GrammarAlternative]) -> Int? {
    alternatives.compactMap { height($0.items) }.min()
  }

  private func height(_ items: [GrammarItem]) -> Int? {
    var highest = 0
    for item in items {
      switch item {
      case .reference(let name, _):
        guard let position = index[name], let height = heights[position] else { return nil }
        highest = max(highest, height)
      case .choice(let alternatives):
        guard let height = height(alternatives) else { return nil }
        highest = max(highest, height)
      default: break
      }
    }
    return highest
  }

  private func findUnused(_ start: Int) throws {
    var used: Set<Int> = [start]
    var pending = [start]
    func visit(_ items: [GrammarItem]) {
      for item in items {
        switch item {
        case .reference(let name, _):
          if let position = index[name], used.insert(position).inserted { pending.append(position) }
        case .choice(let alternatives): alternatives.forEach { visit($0.items) }
        default: break
        }
      }
    }
    while let position = pending.popLast() {
      sourceRules[position].alternatives.forEach { visit($0.items) }
    }
    let usedHeaders = Set(used.map { sourceRules[$0].header })
    var headers: Set<String> = []
    let unused = sourceRules.filter {
      !usedHeaders.contains($0.header) && headers.insert($0.header).inserted
    }
    if let first = unused.first {
      let others = unused.dropFirst().map { "<\($0.header)>" }.joined(separator: ", ")
      throw first.place.source.failure(
        line: first.place.line,
        "rule <\(first.header)> is never used from <sentence>; "
          + "refer to it or remove it" + (others.isEmpty ? "" : " (so are \(others))"))
    }
  }

  private func choice(_ alternatives: [GrammarAlternative]) -> GrammarChoice {
    var sum = 0.0
    let cumulative = alternatives.map { alternative in
      sum += alternative.weight
      return sum
    }
    let heights = alternatives.map { height($0.items) ?? Int.max }
    let shortest = heights.indices.min { heights[$0] < heights[$1] } ?? 0
    return GrammarChoice(
      cumulative: cumulative, alternatives: alternatives.map { $0.items.map(piece) },
      shortest: shortest)
  }

  private func piece(_ item: GrammarItem) -> GrammarPiece {
    switch item {
    case .text(let text): return .text(Array(text.utf8))
    case .space: return .space
    case .reference(let name, _):
      guard let position = index[name] else {
        preconditionFailure("compile: reference to <\(name)> was not checked")
      }
      return .rule(position)
    case .choice(let alternatives): return .choice(choice(alternatives))
    case .number(let pattern): return .number(pattern)
    case .article: return .article
    case .capital: return .capital
    }
  }
}
