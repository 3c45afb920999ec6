import Files

/// How often each symbol occurs in a text, from which a vocabulary is made.
public struct SymbolCounts: Sendable {
  /// What one symbol is.
  public let unit: SymbolUnit
  /// What is done to text before it is divided.
  public let normalisation: TextNormalisation
  /// The number of symbols counted, unknown ones (U+FFFD) included.
  public private(set) var total = 0

  private(set) var clusters = ClusterTable()
  private var singleCounts = [Int](repeating: 0, count: 256)
  private var clusterCounts: [Int] = []

  /// Counts of nothing.
  public init(unit: SymbolUnit = .scalar, normalisation: TextNormalisation = .standard) {
    self.unit = unit
    self.normalisation = normalisation
  }

  /// Counts all symbols of a line.
  ///
  /// - Throws: `Failure` of kind `badData` where the normalisation refuses a control character.
  public mutating func add(_ line: String) throws {
    for symbol in try unit.symbols(of: line, normalisation: normalisation) { add(symbol) }
  }

  /// Counts a symbol of the unit, as it is.
  public mutating func add(_ symbol: Symbol, times: Int = 1) {
    precondition(times >= 0, "SymbolCounts.add: \(times) times")
    let scalars =
      unit == .byte && symbol.bytes.count == 1
      ? [UInt32(symbol.bytes[0])] : symbol.text.unicodeScalars.map(\.value)
    precondition(!scalars.isEmpty, "SymbolCounts.add: an empty symbol")
    let code = scalars.count == 1 ? scalars[0] : scalars.withUnsafeBufferPointer { self.code($0) }
    add(code, times: times)
  }

  /// The code of a cluster of several scalars, a new one where it was not met before.
  mutating func code(_ cluster: UnsafeBufferPointer<UInt32>) -> SymbolCode {
    let index = clusters.insert(cluster)
    if index == clusterCounts.count { clusterCounts.append(0) }
    return firstClusterCode + SymbolCode(index)
  }

  /// Counts each of the codes.
  mutating func add(_ codes: UnsafeBufferPointer<SymbolCode>) {
    let known = singleCounts.count
    var fast = 0
    singleCounts.withUnsafeMutableBufferPointer { counts in
      for code in codes where Int(code) < known {
        counts[Int(code)] += 1
        fast += 1
      }
    }
    total += fast
    if fast == codes.count { return }
    for code in codes where Int(code) >= known { add(code, times: 1) }
  }

  /// Adds the counts of a text of the same unit and normalisation.
  public mutating func add(_ other: SymbolCounts) {
    precondition(
      unit == other.unit && normalisation == other.normalisation,
      "SymbolCounts.add: counts of \(other.unit) and \(other.normalisation) do not add to those of "
        + "\(unit) and \(normalisation)")
    for (code, count) in other.singleCounts.enumerated() where count > 0 {
      add(SymbolCode(code), times: count)
    }
    for (index, count) in other.clusterCounts.enumerated() where count > 0 {
      let code = other.clusters[index].withUnsafeBufferPointer { self.code($0) }
      add(code, times: count)
    }
  }

  @inline(__always)
  mutating func add(_ code: SymbolCode, times: Int) {
    total += times
    if code < firstClusterCode {
      if code >= singleCounts.count { grow(toHold: code) }
      singleCounts[Int(code)] += times
    } else {
      clusterCounts[Int(code - firstClusterCode)] += times
    }
  }

  private mutating func grow(toHold code: SymbolCode) {
    let wanted = min(Int(firstClusterCode), max(2 * singleCounts.count, Int(code) + 1))
    singleCounts.append(contentsOf: repeatElement(0, count: wanted - singleCounts.count))
  }

  /// The number of different symbols counted, those that may not enter a vocabulary included.
  public var distinct: Int {
    singleCounts.count { $0 > 0 } + clusterCounts.count { $0 > 0 }
  }

  /// All symbols that may enter a vocabulary, the most frequent first, ties by their bytes.
  public var ranking: [(symbol: Symbol, count: Int)] {
    var ranking: [(symbol: Symbol, count: Int)] = []
    for (code, count) in singleCounts.enumerated() where count > 0 {
      ranking.append((clusters.symbol(of: SymbolCode(code), unit: unit), count))
    }
    for (index, count) in clusterCounts.enumerated() where count > 0 {
      let code = firstClusterCode + SymbolCode(index)
      ranking.append((clusters.symbol(of: code, unit: unit), count))
    }
    ranking.removeAll { unit.fault(of: $0.symbol) != nil }
    ranking.sort { left, right in
      left.count != right.count ? left.count > right.count : left.symbol < right.symbol
    }
    return ranking
  }

  /// The vocabulary of the most frequent symbols.
  ///
  /// The order, ties by bytes, is the same however the text was cut, ordered or shared out.
  ///
  /// - Parameter limit: the largest size V, padding and unknown included, 3 … 65,536.
  /// - Throws: `Failure` of kind `usage` for a limit out of range, `badData` where nothing was
  ///   counted.
  public func vocabulary(limit: Int = Vocabulary.standardLimit) throws -> Vocabulary {
    guard (3...Vocabulary.largestCount).contains(limit) else {
      throw Failure(
        .usage,
        "the vocabulary size limit \(limit) is out of range; "
          + "choose 3 to \(Vocabulary.largestCount), padding and unknown included")
    }
    let kept = ranking.prefix(limit - 2)
    guard !kept.isEmpty else {
      throw Failure(.badData, "the text holds no symbol from which to make a vocabulary")
    }
    return try Vocabulary(
      unit: unit, normalisation: normalisation, symbols: kept.map(\.symbol),
      counts: kept.map(\.count))
  }
}
