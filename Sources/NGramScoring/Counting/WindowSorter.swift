// Windows that arrive in any order, with their counts.

import Files

/// Sorts windows that already have counts, in bounded memory.
final class WindowSorter<Key: FixedWidthInteger & UnsignedInteger & Sendable> {
  private struct Place {
    var key: Key
    var index: UInt32
  }

  /// Sorted runs so far.
  private(set) var runs: [WindowRun] = []
  private var places: [Place] = []
  private var counts: [PartedCount] = []
  private let most: Int
  private let folder: String

  /// - Parameters:
  ///   - memory: bytes that may be taken.
  ///   - folder: where runs are put aside.
  init(memory: Int, folder: String) {
    let size = 2 * MemoryLayout<Place>.stride + MemoryLayout<PartedCount>.stride
    most = max(1 << 12, memory / (2 * size))
    self.folder = folder
  }

  /// Takes a window; equal ones are added up later.
  func add(_ key: Key, _ count: PartedCount) throws {
    if places.count == most { try setAside(inMemory: false) }
    places.append(Place(key: key, index: UInt32(places.count)))
    counts.append(count)
  }

  /// Sorts what is left: in memory, unless there is more on the disk.
  func finish() throws { try setAside(inMemory: runs.isEmpty) }

  private func setAside(inMemory: Bool) throws {
    places.sort { $0.key < $1.key }
    let file = inMemory ? nil : try RandomAccessFile(temporaryIn: folder)
    var size = 0
    var writer = WindowRunWriter<Key>(
      file.map { file in
        .sink { bytes in
          try file.write(bytes, at: size)
          size += bytes.count
        }
      } ?? .memory)
    var index = 0
    while index < places.count {
      let key = places[index].key
      var count = counts[Int(places[index].index)]
      index += 1
      while index < places.count, places[index].key == key {
        count.add(counts[Int(places[index].index)])
        index += 1
      }
      try writer.append(key, count)
    }
    if let run = try writer.finish() {
      runs.append(run)
    } else if let file {
      runs.append(
        WindowRun(storage: .file(file, offset: 0), size: size, windows: writer.windows))
    }
    places.removeAll(keepingCapacity: true)
    counts.removeAll(keepingCapacity: true)
  }
}
