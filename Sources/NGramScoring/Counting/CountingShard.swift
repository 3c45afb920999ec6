// What one thread counts.

import Files

/// The table of one thread, and the sorted runs that it has put aside.
final class CountingShard<Key: FixedWidthInteger & UnsignedInteger & Sendable> {
  /// Sorted runs so far.
  private(set) var runs: [WindowRun] = []
  /// Strings in each part.
  private(set) var strings = [Int](repeating: 0, count: StringParts.count)
  /// `[order − shortest][part]`: n-grams, repeats included.
  private(set) var ngrams: [[Int]]

  private let layout: WindowLayout
  private let windowKeys: WindowKeys<Key>
  private let table: WindowTable<Key>
  private let keys: UnsafeMutablePointer<Key>
  private let folder: String
  private var spill: (file: RandomAccessFile, size: Int)?

  init(_ layout: WindowLayout, _ memory: Int, _ folder: String) {
    self.layout = layout
    self.folder = folder
    windowKeys = WindowKeys(layout)
    // While it grows or is sorted, a table takes as much again.
    table = WindowTable(
      mostWindows: layout.mostWindows, mostPlaces: memory / (2 * WindowTable<Key>.entrySize))
    keys = .allocate(capacity: layout.mostWindows)
    ngrams = layout.orders.map { _ in [Int](repeating: 0, count: StringParts.count) }
  }

  deinit { keys.deallocate() }

  /// Counts the windows of all strings of a piece.
  func add(_ piece: NGramCounter.Piece) throws {
    guard let tokens = piece.tokens.baseAddress else { return }
    let length = layout.length
    let count = piece.tokens.count / length
    for row in 0..<count {
      if table.isFull { try setAside() }
      let string = tokens + row * length
      let part = piece.parts.part(ofRow: row, string, length: length)
      strings[part] &+= 1
      let windows = windowKeys.write(string, into: keys)
      table.add(keys, count: windows, part: part)
      if layout.excludesPadding {
        layout.forEachNGramOrder(of: string) { ngrams[$0 - layout.shortest][part] += 1 }
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
