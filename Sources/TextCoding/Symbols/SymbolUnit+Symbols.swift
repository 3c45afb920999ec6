extension SymbolUnit {
  /// Normalises a line and divides it into symbols.
  ///
  /// For looking at text; encoding and counting do not come this way. In the unit ``byte`` the three
  /// bytes of U+FFFD are one symbol.
  ///
  /// - Throws: `Failure` of kind `badData` where the normalisation refuses a control character.
  public func symbols(
    of line: String, normalisation: TextNormalisation = .standard
  ) throws -> [Symbol] {
    var scanner = SymbolScanner(unit: self, normalisation: normalisation)
    var clusters = ClusterTable()
    var copy = line
    do {
      try copy.withUTF8 { try scanner.scan($0) }
    } catch let error as ControlCharacter {
      throw error.failure(in: "text")
    }
    return scanner.withCodes(cluster: { firstClusterCode + SymbolCode(clusters.insert($0)) }) {
      codes in
      codes.map { clusters.symbol(of: $0, unit: self) }
    }
  }
}

extension ClusterTable {
  /// The symbol that a code stands for.
  func symbol(of code: SymbolCode, unit: SymbolUnit) -> Symbol {
    var bytes: [UInt8] = []
    forEachByte(of: code, unit: unit) { bytes.append($0) }
    return Symbol(bytes: bytes)
  }

  /// Hands out the bytes of the symbol that a code stands for.
  @inline(__always)
  func forEachByte(of code: SymbolCode, unit: SymbolUnit, _ body: (UInt8) -> Void) {
    if code < 0x80 || (unit == .byte && code < 0x100) {
      body(UInt8(truncatingIfNeeded: code))
    } else if code < firstClusterCode {
      forEachUTF8(of: code, body)
    } else {
      for scalar in self[Int(code - firstClusterCode)] { forEachUTF8(of: scalar, body) }
    }
  }
}
