/// The token strings `[count, L]` of a block of lines.
///
/// `@unchecked Sendable`: one thread at a time writes it, and none while it is handed out.
public final class EncodedBlock: @unchecked Sendable {
  /// The number of the block's first string in the whole text, from 0.
  public internal(set) var firstRow = 0
  /// The number of strings, 0 where all lines of the block are empty and skipped.
  public private(set) var count = 0
  /// The number L of tokens in each.
  public let length: Int

  /// The ``lineHash(_:)`` of each string's line; empty where none was asked for.
  public private(set) var lineHashes: [UInt64] = []

  private let hashesLines: Bool
  private var tokens = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: 0)

  init(length: Int, hashesLines: Bool = false) {
    self.length = length
    self.hashesLines = hashesLines
  }

  deinit { tokens.deallocate() }

  /// Gives `body` all count · L tokens, string after string; the buffer is valid only inside.
  public func withUnsafeTokens<R>(
    _ body: (UnsafeBufferPointer<UInt16>) throws -> R
  ) rethrows -> R {
    try body(UnsafeBufferPointer(rebasing: tokens[..<(count * length)]))
  }

  /// Replaces the strings by those of a scanner's lines, at most `limit`.
  func encode(
    _ lines: inout LineScanner, with encoder: inout TextEncoder, limit: Int
  ) throws {
    let length = length
    var tokens = tokens
    count = 0
    // Taken out while it grows, so that no line pays for access to a member of a class.
    var hashes: [UInt64] = []
    swap(&hashes, &lineHashes)
    defer { swap(&hashes, &lineHashes) }
    hashes.removeAll(keepingCapacity: true)
    let hashesLines = hashesLines
    var rows = 0
    while rows < limit, let line = try lines.next() {
      let used = rows * length
      if tokens.count - used < length { tokens = grow(keeping: used) }
      let row = UnsafeMutableBufferPointer(rebasing: tokens[used..<used + length])
      do throws(ControlCharacter) {
        try lines.withBytes(of: line) { bytes throws(ControlCharacter) in
          try encoder.encode(bytes, plain: line.plain, into: row)
          if hashesLines { hashes.append(lineHash(bytes)) }
        }
      } catch {
        throw error.failure(in: lines.place)
      }
      rows += 1
    }
    count = rows
  }

  private func grow(keeping used: Int) -> UnsafeMutableBufferPointer<UInt16> {
    let larger = UnsafeMutableBufferPointer<UInt16>.allocate(
      capacity: max(2 * tokens.count, 1024 * length))
    _ = larger.update(fromContentsOf: tokens[..<used])
    tokens.deallocate()
    tokens = larger
    return larger
  }
}

extension Array where Element == EncodedBlock {
  /// Gives `body` the tokens of every block, in order; the buffers are valid only inside.
  public func withUnsafeTokens<R>(
    _ body: ([UnsafeBufferPointer<UInt16>]) throws -> R
  ) rethrows -> R {
    try self[...].withUnsafeTokens(after: [], body)
  }
}

extension ArraySlice where Element == EncodedBlock {
  /// Opens the memory of one block after the other, then calls `body` inside all of them.
  fileprivate func withUnsafeTokens<R>(
    after opened: [UnsafeBufferPointer<UInt16>],
    _ body: ([UnsafeBufferPointer<UInt16>]) throws -> R
  ) rethrows -> R {
    guard let block = first else { return try body(opened) }
    return try block.withUnsafeTokens { tokens in
      try dropFirst().withUnsafeTokens(after: opened + [tokens], body)
    }
  }
}
