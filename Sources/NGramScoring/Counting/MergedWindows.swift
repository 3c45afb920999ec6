// Several runs read as one.

/// The windows of any number of runs in ascending order, counts of equal windows added.
///
/// A heap of readers; one run is read straight through. Memory: 32 MiB, and 4 KiB a run at least.
struct MergedWindows<Key: FixedWidthInteger & UnsignedInteger & Sendable> {
  /// The window that was read last.
  private(set) var key: Key = 0

  /// The one run, or an empty one where there are several: not an element of an array, which costs a
  /// fifth of a walk.
  private var only: WindowRunReader<Key>
  /// Readers of several runs; empty for one.
  private var readers: [WindowRunReader<Key>]
  private let isMerging: Bool
  /// Readers that stand on a window, a binary heap by key.
  private var heap: [(key: Key, reader: Int)] = []
  private var hasBegun = false
  /// Whether the counts of `key` were not read yet.
  private var hasCounts = false

  /// - Parameter largest: the largest key that the layout allows.
  init(_ runs: [WindowRun], largest: Key) {
    let bufferSize = min(1 << 18, max(1 << 12, (1 << 25) / max(runs.count, 1)))
    let readers = runs.map { WindowRunReader($0, largest: largest, bufferSize: bufferSize) }
    isMerging = readers.count > 1
    only =
      (isMerging ? nil : readers.first) ?? WindowRunReader(WindowRun.empty, largest: largest)
    self.readers = isMerging ? readers : []
  }

  /// Moves to the next window; false at the end.
  @inline(__always)
  mutating func next() throws -> Bool {
    if isMerging { return try nextOfMany() }
    guard try only.next() else { return false }
    key = only.key
    return true
  }

  /// Adds the counts of the window that was read last over all runs, once.
  @inline(__always)
  mutating func addCounts<Counts: WindowCounts>(to counts: inout Counts) throws {
    if isMerging { return try addCountsOfMany(to: &counts) }
    try only.addCounts(to: &counts)
  }

  /// The counts of the window that was read last, once.
  @inline(__always)
  mutating func counts() throws -> PartedCount {
    var counts = PartedCount()
    try addCounts(to: &counts)
    return counts
  }

  private mutating func nextOfMany() throws -> Bool {
    if !hasBegun {
      hasBegun = true
      for reader in readers.indices where try readers[reader].next() {
        heap.append((readers[reader].key, reader))
      }
      heap.sort { $0.key < $1.key }
    }
    if hasCounts {
      var passed = TotalCount()
      try addCountsOfMany(to: &passed)
    }
    guard let first = heap.first else { return false }
    key = first.key
    hasCounts = true
    return true
  }

  private mutating func addCountsOfMany<Counts: WindowCounts>(to counts: inout Counts) throws {
    precondition(hasCounts, "MergedWindows.addCounts: the counts of a window are read once")
    hasCounts = false
    while let next = heap.first, next.key == key {
      try readers[next.reader].addCounts(to: &counts)
      try advanceFirst()
    }
  }

  /// Moves the reader of the smallest key on, and the next smallest to the front.
  private mutating func advanceFirst() throws {
    let reader = heap[0].reader
    var moved = (key: Key(0), reader: reader)
    if try readers[reader].next() {
      moved.key = readers[reader].key
    } else {
      moved = heap.removeLast()
      if heap.isEmpty { return }
    }
    var place = 0
    while true {
      var child = 2 * place + 1
      if child >= heap.count { break }
      if child + 1 < heap.count, heap[child + 1].key < heap[child].key { child += 1 }
      if heap[child].key >= moved.key { break }
      heap[place] = heap[child]
      place = child
    }
    heap[place] = moved
  }
}
