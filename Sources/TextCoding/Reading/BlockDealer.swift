import Determinism
import Files
import Synchronization

/// Deals the blocks of a text to several threads, a round of them at a time.
///
/// A thread that has nothing to do reads the next block itself: while one reads, others work on what
/// they have read.
///
/// `@unchecked Sendable`: during a round the reader is touched only under the lock, and each block
/// by the thread that it was dealt to.
final class BlockDealer: @unchecked Sendable {
  /// A block, and what became of its lines.
  final class Block: @unchecked Sendable {
    fileprivate let lines: LineBlock
    fileprivate(set) var statistics = LineStatistics()
    /// How many of the lines were kept.
    fileprivate(set) var rows = 0
    fileprivate(set) var isRefused = false

    fileprivate init(capacity: Int) { lines = LineBlock(capacity: capacity) }
  }

  /// Work on at most `limit` lines of block number `block` of the round, done by thread number
  /// `worker`; returns how many there were.
  typealias Work =
    @Sendable (_ lines: inout LineScanner, _ block: Int, _ worker: Int, _ limit: Int) throws -> Int

  /// What messages call the text.
  let name: String
  /// What is done with unclean lines.
  let policy: LinePolicy
  private(set) var reader: BlockReader
  private let blockBytes: Int
  private var blocks: [Block] = []
  /// How many blocks of the round are dealt.
  private let dealt = Mutex(0)

  init(_ reader: BlockReader, blockBytes: Int) {
    name = reader.name
    policy = reader.policy
    self.reader = reader
    self.blockBytes = blockBytes
  }

  /// The most blocks in a round: some for each thread, so that none waits long for the last.
  static func blocks(threads: Int) -> Int { 4 * threads }

  /// Deals a round and does the work on all its blocks; returns them in the order of the text, none
  /// at its end.
  ///
  /// Work that throws leaves its block refused: what is wrong, and in which line of the text, is
  /// for ``repeat(_:linesBefore:limit:_:)`` to say, once the blocks before are known.
  func round(threads: Int, _ work: Work) -> ArraySlice<Block> {
    while blocks.count < Self.blocks(threads: threads) {
      blocks.append(Block(capacity: 2 * blockBytes))
    }
    dealt.withLock { $0 = 0 }
    Cores.run(shards: threads, threads: threads) { worker in
      while let index = self.deal() {
        let block = self.blocks[index]
        do {
          try self.carry(block, index, worker, linesBefore: 0, limit: .max, work)
        } catch {
          block.isRefused = true
        }
      }
    }
    return blocks[..<dealt.withLock { $0 }]
  }

  /// Does the work on a block of the latest round again, in its place in the text.
  ///
  /// - Throws: what the work throws.
  func `repeat`(_ index: Int, linesBefore: Int, limit: Int, _ work: Work) throws {
    try carry(blocks[index], index, 0, linesBefore: linesBefore, limit: limit, work)
  }

  /// Reads the next block of the round; nil where the round or the text is over.
  private func deal() -> Int? {
    dealt.withLock { dealt in
      guard dealt < blocks.count,
        reader.fill(blocks[dealt].lines, least: blockBytes, portion: blockBytes)
      else { return nil }
      dealt += 1
      return dealt - 1
    }
  }

  private func carry(
    _ block: Block, _ index: Int, _ worker: Int, linesBefore: Int, limit: Int, _ work: Work
  ) throws {
    var lines = LineScanner(name: name, policy: policy)
    lines.linesBefore = linesBefore
    lines.begin(block.lines)
    block.isRefused = false
    block.rows = try work(&lines, index, worker, limit)
    block.statistics = lines.statistics
  }
}
