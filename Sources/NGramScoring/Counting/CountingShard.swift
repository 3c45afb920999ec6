// What one thread counts.

import Files

/// The table of one thread, and the sorted runs that it has put aside.
final class CountingShard<Entry: WindowEntry> {
  private typealias Key = Entry.Key

  /// Sorted runs so far.
  private(set) var runs: [WindowRun] = []
  /// Strings in each part.
  private(set) var strings = [Int](repeating: 0, count: StringParts.count)
  /// `[order − shortest][part]`: n-grams, repeats included.
  private(set) var ngrams: [[Int]]

  private let layout: WindowLayout
  private let windowKeys: WindowKeys<Key>
  private let table: WindowTable<Entry>
  private let keys: UnsafeMutablePointer<Key>
  /// Where the windows of each of some strings end among `keys`.
  private let ends: UnsafeMutablePointer<Int>
  private let folder: String
  private var spill: (file: RandomAccessFile, size: Int)?

  init(_ layout: WindowLayout, _ memory: Int, _ folder: String) {
    self.layout = layout
    self.folder = folder
    windowKeys = WindowKeys(layout)
    // While it grows or is sorted, a table takes as much again.
    let windows = layout.stringsAtOnce * layout.mostWindows
    table = WindowTable(
      mostWindows: windows, mostPlaces: memory / (2 * WindowTable<Entry>.entrySize))
    keys = .allocate(capacity: windows)
    ends = .allocate(capacity: layout.stringsAtOnce)
    ngrams = layout.orders.map { _ in [Int](repeating: 0, count: StringParts.count) }
  }

  deinit {
    keys.deallocate()
    ends.deallocate()
  }

  /// Counts the windows of all strings of a piece.
  func add(_ piece: NGramCounter.Piece) throws {
    guard let tokens = piece.tokens.baseAddress else { return }
    let length = layout.length
    let count = piece.tokens.count / length
    let (keys, table, windowKeys) = (keys, table, windowKeys)
    for start in stride(from: 0, to: count, by: layout.stringsAtOnce) {
      if table.isFull { try setAside() }
      let rows = start..<Swift.min(start + layout.stringsAtOnce, count)
      table.reserve(rows.count * layout.mostWindows)
      var windows = 0
      for row in rows {
        let added = windowKeys.write(tokens + row &* length, into: keys + windows)
        table.prefetch(keys + windows, count: added)
        ends[row &- start] = windows &+ added
        windows &+= added
      }
      windows = 0
      for row in rows {
        let string = tokens + row &* length
        let part = Entry.hasParts ? piece.parts.part(ofRow: row, string, length: length) : 0
        strings[part] &+= 1
        let end = ends[row &- start]
        table.add(keys + windows, count: end &- windows, part: part)
        windows = end
        if layout.excludesPadding {
          layout.forEachNGramOrder(of: string) { ngrams[$0 - layout.shortest][part] += 1 }
        }
      }
    }
    try layout.requireRoom(forStringsOfParts: strings)
  }

  /// Sorts the table into a run on the disk.
  private func setAside() throws {
    let (file, begin) = try spill ?? (RandomAccessFile(temporaryIn: folder), 0)
    var end = begin
    var writer = WindowRunWriter<Key>(
      .sink { bytes in
        try file.write(bytes, at: end)
        end += bytes.count
      })
    try table.drain { try writer.append($0, $1) }
    _ = try writer.finish()
    runs.append(
      WindowRun(
        storage: .file(file, offset: begin), size: end - begin, windows: writer.windows))
    spill = (file, end)
  }

  /// Adds what another shard has met, where neither has put anything aside and there is room;
  /// returns whether it did.
  func add(_ other: CountingShard) -> Bool {
    guard runs.isEmpty && other.runs.isEmpty && table.hasRoom(for: other.table) else {
      return false
    }
    table.add(other.table)
    for part in strings.indices { strings[part] += other.strings[part] }
    for order in ngrams.indices {
      for part in strings.indices { ngrams[order][part] += other.ngrams[order][part] }
    }
    return true
  }

  /// Sorts what is left: in memory, or on the disk where runs are there already.
  func finish() throws {
    if !layout.excludesPadding {
      for order in layout.orders {
        ngrams[order - layout.shortest] = strings.map { $0 * layout.ngrams(ofOrder: order) }
      }
    }
    if !runs.isEmpty {
      try setAside()
      return
    }
    var writer = WindowRunWriter<Key>(.memory)
    try table.drain { try writer.append($0, $1) }
    if let run = try writer.finish() { runs.append(run) }
  }
}
