import Files

/// Token strings `[N, L]`, row-major, in memory or mapped from a `.npy` file.
public struct TokenStrings: Sendable {
  private enum Storage: Sendable {
    case memory([UInt16])
    case mapped(NumPyMatrix<UInt16>)
  }

  private let storage: Storage
  /// The number N of strings.
  public let count: Int
  /// The number L of tokens in each.
  public let length: Int

  /// Strings in memory: `tokens` holds N · L tokens, string after string.
  public init(tokens: [UInt16], length: Int) {
    precondition(length >= 1, "TokenStrings: length \(length) is not positive")
    precondition(
      tokens.count.isMultiple(of: length),
      "TokenStrings: \(tokens.count) tokens are no whole number of strings of length \(length)")
    storage = .memory(tokens)
    count = tokens.count / length
    self.length = length
  }

  /// Strings in a mapped file, `[N, L]`.
  public init(mapped matrix: NumPyMatrix<UInt16>) {
    storage = .mapped(matrix)
    count = matrix.rows
    length = matrix.columns
  }

  /// Maps a `.npy` file of type uint16 and shape `[N, L]`.
  ///
  /// The tokens are not looked at: see ``validate(below:name:)``.
  ///
  /// - Throws: `Failure` of kind `missingInput` or `badData`.
  public init(contentsOf path: String) throws {
    self.init(mapped: try NumPyMatrix<UInt16>(contentsOf: path))
  }

  /// Writes the strings as a `.npy` file of type uint16, atomically.
  ///
  /// - Throws: `Failure` of kind `cannotWrite`.
  public func write(to path: String) throws {
    let writer = try NumPyWriter<UInt16>(path: path, columns: length)
    try withUnsafeTokens { try writer.append($0) }
    try writer.commit()
  }

  /// Whether there is no string.
  public var isEmpty: Bool { count == 0 }

  /// The tokens of one string.
  public subscript(row: Int) -> ArraySlice<UInt16> {
    precondition(row >= 0 && row < count, "TokenStrings: row \(row) of \(count)")
    let range = row * length..<(row + 1) * length
    switch storage {
    case .memory(let tokens): return tokens[range]
    case .mapped(let matrix): return matrix.withUnsafeElements { ArraySlice(Array($0[range])) }
    }
  }

  /// Gives `body` all N · L tokens; the buffer is valid only inside.
  public func withUnsafeTokens<R>(
    _ body: (UnsafeBufferPointer<UInt16>) throws -> R
  ) rethrows -> R {
    switch storage {
    case .memory(let tokens): try tokens.withUnsafeBufferPointer(body)
    case .mapped(let matrix): try matrix.withUnsafeElements(body)
    }
  }

  /// The strings at the given rows, in that order, in memory.
  public func rows(_ indices: [Int]) -> TokenStrings {
    var result: [UInt16] = []
    result.reserveCapacity(indices.count * length)
    withUnsafeTokens { tokens in
      for row in indices {
        precondition(row >= 0 && row < count, "TokenStrings.rows: row \(row) of \(count)")
        result.append(contentsOf: tokens[row * length..<(row + 1) * length])
      }
    }
    return TokenStrings(tokens: result, length: length)
  }

  /// The first strings, at most `limit`, in memory.
  public func prefix(_ limit: Int) -> TokenStrings {
    precondition(limit >= 0, "TokenStrings.prefix: \(limit) is negative")
    let kept = min(limit, count) * length
    return TokenStrings(tokens: withUnsafeTokens { Array($0[..<kept]) }, length: length)
  }

  /// Checks that every token is one of a vocabulary of `size`.
  ///
  /// - Throws: `Failure` of kind `badData` that names the first token out of range, by string and
  ///   position counted from 1.
  public func validate(below size: Int, name: String = "token strings") throws {
    try withUnsafeTokens { tokens in
      let largest = tokens.reduce(0) { max($0, $1) }
      guard Int(largest) >= size, let index = tokens.firstIndex(where: { Int($0) >= size })
      else { return }
      throw Failure(
        .badData,
        "\(name), string \(index / length + 1), position \(index % length + 1): token "
          + "\(tokens[index]) is not in a vocabulary of \(size); the file belongs to another "
          + "vocabulary or is damaged")
    }
  }
}

extension TokenStrings: Equatable {
  /// Whether both hold the same strings in the same order, wherever they are stored.
  public static func == (left: TokenStrings, right: TokenStrings) -> Bool {
    guard left.count == right.count && left.length == right.length else { return false }
    return left.withUnsafeTokens { left in right.withUnsafeTokens { left.elementsEqual($0) } }
  }
}
