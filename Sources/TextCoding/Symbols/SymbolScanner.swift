// From the bytes of a line to its symbols. One scanner serves one thread and keeps its memory from
// line to line, so that the inner loops allocate nothing.

/// Normalises lines and divides them into symbols.
struct SymbolScanner {
  let unit: SymbolUnit
  /// The number of symbols known of the latest line.
  private(set) var count = 0
  /// Whether every symbol of the latest line is one printable ASCII character.
  private(set) var isASCII = true

  private var pass: NormalisingPass
  /// With the unit byte: the bytes, and U+FFFD for what is unknown.
  private var byteCodes: [UInt32] = []
  /// With the unit grapheme, unless `isASCII`: where each symbol ends among the scalars.
  private var ends: [Int] = []
  private var clusterCodes: [SymbolCode] = []

  init(unit: SymbolUnit, normalisation: TextNormalisation) {
    self.unit = unit
    pass = NormalisingPass(normalisation)
  }

  /// Scans a line, or so much of it that its first `limit` symbols are known.
  ///
  /// Afterwards the line has `count` symbols, which may be more than `limit`.
  mutating func scan(
    _ line: UnsafeBufferPointer<UInt8>, limit: Int = .max
  ) throws(ControlCharacter) {
    switch unit {
    case .byte:
      try scanBytes(line, limit: limit)
    case .scalar:
      _ = try pass.run(line, limit: limit)
      isASCII = pass.isASCII
      count = pass.scalars.count
    case .grapheme:
      try scanGraphemes(line, limit: limit)
    }
  }

  /// The code of a printable ASCII character, which is one symbol in every unit.
  func code(ofPlain byte: UInt8) -> SymbolCode {
    let isUpperCase = byte >= 0x41 && byte <= 0x5A
    let folds = pass.normalisation.foldsCase && unit != .byte
    return SymbolCode(folds && isUpperCase ? byte | 0x20 : byte)
  }

  /// Hands out the codes of the symbols known of the latest line, at most `limit`; `cluster` says
  /// the code of a cluster of several scalars.
  @inline(__always)
  mutating func withCodes<R>(
    limit: Int = .max, cluster: (UnsafeBufferPointer<UInt32>) -> SymbolCode,
    _ body: (UnsafeBufferPointer<SymbolCode>) throws -> R
  ) rethrows -> R {
    let most = min(limit, count)
    guard unit == .grapheme && !isASCII else {
      let codes = unit == .byte ? byteCodes : pass.scalars
      return try codes.withUnsafeBufferPointer {
        try body(UnsafeBufferPointer(rebasing: $0[..<most]))
      }
    }
    clusterCodes.removeAll(keepingCapacity: true)
    pass.scalars.withUnsafeBufferPointer { scalars in
      var start = 0
      for index in 0..<most {
        let end = ends[index]
        if end - start == 1 {
          clusterCodes.append(scalars[start])
        } else if end - start > longestCluster {
          clusterCodes.append(replacementScalar)
        } else {
          clusterCodes.append(cluster(UnsafeBufferPointer(rebasing: scalars[start..<end])))
        }
        start = end
      }
    }
    return try clusterCodes.withUnsafeBufferPointer(body)
  }

  // MARK: Bytes

  private mutating func scanBytes(
    _ line: UnsafeBufferPointer<UInt8>, limit: Int
  ) throws(ControlCharacter) {
    byteCodes.removeAll(keepingCapacity: true)
    isASCII = true
    var followsControl = false
    var index = 0
    while index < line.count, byteCodes.count < limit {
      let byte = line[index]
      if byte < 0x20 || byte == 0x7F {
        guard pass.normalisation.controls == .replace else {
          throw ControlCharacter(scalar: UInt32(byte), offset: index)
        }
        if !followsControl { byteCodes.append(0x20) }
        followsControl = true
        index += 1
        continue
      }
      followsControl = false
      if byte >= 0x80 { isASCII = false }
      if byte == 0xEF, index + 2 < line.count, line[index + 1] == 0xBF, line[index + 2] == 0xBD {
        byteCodes.append(replacementScalar)
        index += 3
      } else {
        byteCodes.append(UInt32(byte))
        index += 1
      }
    }
    count = byteCodes.count
  }

  // MARK: Grapheme clusters

  private mutating func scanGraphemes(
    _ line: UnsafeBufferPointer<UInt8>, limit: Int
  ) throws(ControlCharacter) {
    var scalarLimit = limit < Int.max / 8 ? 2 * limit + 8 : Int.max
    while true {
      let isWhole = try pass.run(line, limit: scalarLimit)
      isASCII = pass.isASCII
      if isASCII {
        count = pass.scalars.count
        return
      }
      divide(isWhole ? pass.scalars.count : scalarLimit)
      // The last cluster of a part of the line may go on: it does not count as known.
      if !isWhole { count -= 1 }
      if isWhole || count >= limit { return }
      scalarLimit *= 4
    }
  }

  /// Finds the ends of the grapheme clusters among the first `known` scalars.
  ///
  /// U+FFFD always stands alone: it is one unknown symbol whatever surrounds it, so that decoded
  /// text divides again into the symbols that it was made of.
  private mutating func divide(_ known: Int) {
    ends.removeAll(keepingCapacity: true)
    pass.scalars.withUnsafeBufferPointer { scalars in
      var state: Int32 = 0
      var index = 1
      while index < known {
        let left = scalars[index - 1]
        let right = scalars[index]
        let isBreak: Bool
        if left == replacementScalar || right == replacementScalar {
          isBreak = true
        } else if left >= 0x20 && left < 0x7F && right >= 0x20 && right < 0x7F {
          isBreak = true
        } else {
          isBreak = isGraphemeBreak(left, right, state: &state)
        }
        if isBreak {
          ends.append(index)
          state = 0
        }
        index += 1
      }
      if known > 0 { ends.append(known) }
    }
    count = ends.count
  }
}
