import Files

/// Reads a text in blocks of whole lines and works on several of them at once.
///
/// The lines, their statistics and the errors are those of a ``LineReader``, whatever the size of
/// the blocks and the number of threads. A text is read once: by one call of one of the methods.
///
/// Memory: four blocks a thread with their tokens. A line longer than a block makes its block
/// longer; the tokens take at most 2 L times the bytes of the blocks (all lines empty and kept).
public final class TextBlocks {
  /// What messages call the text.
  public var name: String { dealer.name }
  /// What is done with unclean lines.
  public var policy: LinePolicy { dealer.policy }
  /// What was met in the lines up to the end or limit; the bytes are all that were read.
  public private(set) var statistics = LineStatistics()

  private let dealer: BlockDealer

  /// The default size of a block in bytes: 256 KiB, chosen here; a block and its tokens stay in the
  /// second cache of a core, and twice the size was no faster.
  public static let standardBlockBytes = 1 << 18

  /// The blocks, of `blockBytes` ≥ 1 bytes and the rest of a line, of a source; `name` is what
  /// messages call it, the source's own name by default.
  ///
  /// The source is read by one thread at a time, but not always by the same one.
  public init(
    _ source: any ByteSource, name: String? = nil, policy: LinePolicy = .standard,
    blockBytes: Int = TextBlocks.standardBlockBytes
  ) {
    precondition(blockBytes >= 1, "TextBlocks: blocks of \(blockBytes) bytes")
    dealer = BlockDealer(BlockReader(source, name: name, policy: policy), blockBytes: blockBytes)
  }

  /// The blocks of a file; gzip is unpacked, `-` is standard input.
  ///
  /// - Throws: `Failure` of kind `missingInput` where the file cannot be opened.
  public convenience init(path: String, policy: LinePolicy = .standard) throws {
    self.init(try openSource(path), policy: policy)
  }

  /// Encodes all lines, or the first `limit`, and gives `body` some blocks at a time, in order.
  ///
  /// Row by row the strings are those of ``TextCodec/encode(_:limit:)``. The blocks are valid only
  /// inside `body`, during which all threads are free.
  ///
  /// - Parameter hashingLines: also hash each line, whole as it is read; see
  ///   ``EncodedBlock/lineHashes``.
  /// - Throws: `Failure` where reading fails, or, of kind `badData` and naming file and line, where
  ///   a policy refuses a line; what `body` throws. Blocks before may have been given to `body`.
  public func encode(
    with codec: TextCodec, threads: Int, limit: Int = .max, hashingLines: Bool = false,
    _ body: (_ blocks: [EncodedBlock]) throws -> Void
  ) throws {
    try encode(
      with: codec, threads: threads, limit: limit, hashingLines: hashingLines,
      onThread: { _, _ in }, body)
  }

  /// Encodes all lines and works on each block while its tokens are near the core that made them;
  /// gives `body` some blocks at a time, in order.
  ///
  /// - Parameters:
  ///   - hashingLines: as of ``encode(with:threads:limit:hashingLines:_:)``.
  ///   - work: is given a block, of which only ``EncodedBlock/firstRow`` is not known yet, and the
  ///     number, below `threads`, of the thread that calls it; the threads call it at the same time.
  /// - Throws: as the same; what `body` throws. Blocks before, and some behind, may have been worked
  ///   on.
  public func encode(
    with codec: TextCodec, threads: Int, hashingLines: Bool = false,
    onThread work: @Sendable (_ block: EncodedBlock, _ thread: Int) -> Void,
    _ body: (_ blocks: [EncodedBlock]) throws -> Void
  ) throws {
    try encode(
      with: codec, threads: threads, limit: .max, hashingLines: hashingLines, onThread: work, body)
  }

  /// Without a limit no block is encoded twice but one that is refused.
  private func encode(
    with codec: TextCodec, threads: Int, limit: Int, hashingLines: Bool,
    onThread work: @Sendable (_ block: EncodedBlock, _ thread: Int) -> Void,
    _ body: (_ blocks: [EncodedBlock]) throws -> Void
  ) throws {
    let encoders = (0..<threads).map { _ in Owned(TextEncoder(codec)) }
    let outputs = (0..<BlockDealer.blocks(threads: threads)).map { _ in
      EncodedBlock(length: codec.length, hashesLines: hashingLines)
    }
    var row = 0
    try forEachRound(threads: threads, limit: limit) { lines, block, worker, limit in
      try outputs[block].encode(&lines, with: &encoders[worker].value, limit: limit)
      work(outputs[block], worker)
      return outputs[block].count
    } then: { blocks in
      for block in outputs[..<blocks] {
        block.firstRow = row
        row += block.count
      }
      try body(Array(outputs[..<blocks]))
    }
  }

  /// The token strings `[N, L]` of all lines, or of the first `limit`.
  ///
  /// - Throws: as ``encode(with:threads:limit:hashingLines:_:)``.
  public func encode(
    with codec: TextCodec, threads: Int, limit: Int = .max
  ) throws -> TokenStrings {
    var tokens: [UInt16] = []
    try encode(with: codec, threads: threads, limit: limit) { blocks in
      for block in blocks { block.withUnsafeTokens { tokens.append(contentsOf: $0) } }
    }
    return TokenStrings(tokens: tokens, length: codec.length)
  }

  /// Counts the symbols of all lines, or the first `symbolsPerLine` ≥ 1 of each.
  ///
  /// - Throws: `Failure` where reading fails, or, of kind `badData` and naming file and line, where
  ///   a policy refuses a line.
  public func countSymbols(
    unit: SymbolUnit = .scalar, normalisation: TextNormalisation = .standard,
    symbolsPerLine: Int = .max, threads: Int
  ) throws -> SymbolCounts {
    let counters = (0..<threads).map { _ in
      Owned(
        SymbolCounter(unit: unit, normalisation: normalisation, symbolsPerLine: symbolsPerLine))
    }
    try forEachRound(threads: threads, limit: .max) { lines, _, worker, _ in
      try counters[worker].value.add(&lines)
    } then: { _ in
    }
    var counts = SymbolCounts(unit: unit, normalisation: normalisation)
    for counter in counters { counts.add(counter.value.counts) }
    return counts
  }

  /// Does work on all blocks up to `limit` kept lines; after each round `body` is told the number of
  /// its blocks.
  private func forEachRound(
    threads: Int, limit: Int, _ work: BlockDealer.Work, then body: (_ blocks: Int) throws -> Void
  ) throws {
    precondition(threads >= 1, "TextBlocks: \(threads) threads")
    precondition(limit >= 0, "TextBlocks: limit \(limit) is negative")
    var left = limit
    while left > 0 {
      let blocks = dealer.round(threads: threads, work)
      statistics.bytes = dealer.reader.bytesRead
      if blocks.isEmpty {
        if let failure = dealer.reader.failure { throw failure }
        return
      }
      for (index, block) in blocks.enumerated() {
        if block.isRefused || block.rows > left {
          try dealer.repeat(index, linesBefore: statistics.lines, limit: left, work)
        }
        left -= block.rows
        statistics = statistics + block.statistics
      }
      try body(blocks.count)
    }
  }

  /// A value that belongs to one thread during a round.
  ///
  /// `@unchecked Sendable`: thread number k touches only the k-th.
  private final class Owned<Value>: @unchecked Sendable {
    var value: Value
    init(_ value: Value) { self.value = value }
  }
}
