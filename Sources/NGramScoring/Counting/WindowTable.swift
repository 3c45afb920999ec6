// Counting by hash: the windows met so far, each with sixteen small counters.

import CInstructions

/// An open-addressing table from window keys to counts.
///
/// An entry is a key with its counts, in 16 parts or in all (``PartedEntry``, ``TotalEntry``). A counter
/// of a part that overflows carries 256 into a small dictionary: with a million strings that happens
/// once in a few thousand windows. The places of some hundred windows are asked for before the first is
/// looked at, so that their cache misses overlap.
///
/// Measured in a prototype on 28 million windows of news (V = 125, order 6, 1.8 million distinct, 6.4 million with
/// their parts): 0.38 s, where radix sorting key and part took 0.50 s and a hash of key and part
/// 0.68 s (one core, Zen 3).
final class WindowTable<Entry: WindowEntry> {
  typealias Key = Entry.Key

  /// Bytes of an entry.
  static var entrySize: Int { MemoryLayout<Entry>.stride }
  /// Most entries in use, as a share of the places: 3/4, chosen here.
  private static var fullShare: (numerator: Int, denominator: Int) { (3, 4) }

  /// Windows whose counts are read together.
  private static var windowsAtOnce: Int { 64 }

  /// Distinct windows in the table.
  private(set) var count = 0

  private var memory: ZeroedMemory
  private var entries: UnsafeMutablePointer<Entry>
  private var places: Int
  private let mostPlaces: Int
  /// What did not fit the counters of an entry.
  private var carried: [Key: PartedCount] = [:]
  private let mostWindows: Int

  /// - Parameters:
  ///   - mostWindows: the most windows that are added at once.
  ///   - mostPlaces: the size beyond which the table does not grow; rounded down to a power of 2.
  init(mostWindows: Int, mostPlaces: Int) {
    var limit = 1 << 12
    // Places are numbered in 32 bits while a table is emptied.
    while limit * 2 <= Swift.min(mostPlaces, 1 << 32) || limit < 4 * mostWindows { limit *= 2 }
    self.mostPlaces = limit
    self.mostWindows = mostWindows
    places = Swift.min(1 << 13, limit)
    memory = ZeroedMemory(size: places * Self.entrySize)
    entries = memory.base.bindMemory(to: Entry.self, capacity: places)
  }

  /// Whether `mostWindows` more could exceed the size limit; ``drain(_:)`` it first.
  var isFull: Bool {
    places == mostPlaces
      && (count + mostWindows > most(of: places) || carried.count > places / 64)
  }

  private func most(of places: Int) -> Int {
    places / Self.fullShare.denominator * Self.fullShare.numerator
  }

  // MARK: Adding

  /// Makes room for windows that are about to be asked for and added.
  func reserve(_ windows: Int) {
    while count + windows > most(of: places) { grow() }
  }

  /// Where the search for a window begins, in a table of 2^(64 − shift) places.
  @inline(__always)
  private static func firstPlace(of key: Key, _ shift: UInt64) -> Int {
    Int(truncatingIfNeeded: WindowHash.value(of: key) &>> shift)
  }

  private var shift: UInt64 { UInt64(64 - places.trailingZeroBitCount) }

  /// Brings the place where the search for a window begins near, ahead of ``add(_:count:part:)``.
  @inline(__always)
  func prefetch(_ keys: UnsafePointer<Key>, count windows: Int) {
    let (entries, shift) = (entries, shift)
    for index in 0..<windows {
      prefetchForWriting(entries + Self.firstPlace(of: keys[index], shift))
    }
  }

  /// The place of a window, where it stands or where it is put; adds 1 to `met` where it is new.
  @inline(__always)
  private static func place(
    of key: Key, in entries: UnsafeMutablePointer<Entry>, mask: Int, shift: UInt64, met: inout Int
  ) -> UnsafeMutablePointer<Entry> {
    var place = firstPlace(of: key, shift)
    while true {
      let found = entries[place].key
      if found == key { break }
      if found == 0 {
        entries[place].key = key
        met &+= 1
        break
      }
      place = (place &+ 1) & mask
    }
    return entries + place
  }

  /// Counts windows in one part.
  ///
  /// - Precondition: at most `mostWindows` keys, none 0; not ``isFull``.
  @inline(__always)
  func add(_ keys: UnsafePointer<Key>, count windows: Int, part: Int) {
    reserve(windows)
    let (entries, mask, shift) = (entries, places &- 1, shift)
    var met = 0
    for index in 0..<windows {
      let entry = Self.place(of: keys[index], in: entries, mask: mask, shift: shift, met: &met)
      if Entry.count(entry, part: part) { carry(keys[index], part) }
    }
    count &+= met
  }

  /// Whether the windows of another table fit beside those of this one.
  func hasRoom(for other: WindowTable) -> Bool {
    count + other.count <= most(of: mostPlaces)
      && carried.count + other.carried.count <= mostPlaces / 64
  }

  /// Adds what another table holds.
  ///
  /// Both have their windows in the order of their hashes, so that those of 64 places lie close
  /// together here too. The blocks of 64 come scattered: in order, they would crowd the front of this
  /// table before it is full enough to grow.
  ///
  /// - Precondition: ``hasRoom(for:)``.
  func add(_ other: WindowTable) {
    let blocks = other.places / 64
    for index in 0..<other.places {
      let block = (index / 64 &* 0x9E37_79B1) & (blocks &- 1)
      let added = other.entries[block &* 64 &+ index % 64]
      if added.key == 0 { continue }
      // Most windows are in both: there need not be room for all of them twice.
      reserve(1)
      let entry = Self.place(
        of: added.key, in: entries, mask: places &- 1, shift: shift, met: &count)
      var overflown = entry.pointee.add(added)
      while overflown != 0 {
        carry(added.key, overflown.trailingZeroBitCount)
        overflown &= overflown &- 1
      }
    }
    for (key, counts) in other.carried { carried[key, default: PartedCount()].add(counts) }
  }

  private func carry(_ key: Key, _ part: Int) {
    carried[key, default: PartedCount()].add(256, part: part)
  }

  private func grow() {
    precondition(places < mostPlaces, "WindowTable: \(count) windows in \(places) places at most")
    let (old, oldEntries, oldPlaces) = (memory, entries, places)
    // By four where that is allowed: half the copying, and no more is held than the most there may be.
    places = Swift.min(4 * places, mostPlaces)
    memory = ZeroedMemory(size: places * Self.entrySize)
    entries = memory.base.bindMemory(to: Entry.self, capacity: places)
    let (entries, mask, shift) = (entries, places - 1, shift)
    for index in 0..<oldPlaces where oldEntries[index].key != 0 {
      var place = Self.firstPlace(of: oldEntries[index].key, shift)
      while entries[place].key != 0 { place = (place + 1) & mask }
      entries[place] = oldEntries[index]
    }
    withExtendedLifetime(old) {}
  }

  // MARK: Emptying

  private struct Place {
    var key: Key
    var index: UInt32
  }

  /// Hands out all windows in ascending order of keys, and empties the table.
  func drain(_ body: (Key, Entry.Counts) throws -> Void) rethrows {
    if Entry.hasParts {
      try drainByPlace(body)
    } else {
      try drainEntries(body)
    }
    empty()
  }

  /// Sorts the entries themselves.
  private func drainEntries(_ body: (Key, Entry.Counts) throws -> Void) rethrows {
    let scratch = ZeroedMemory(size: Swift.max(count, 1) * Self.entrySize)
    var used = 0
    var largest: Key = 0
    for index in 0..<places where entries[index].key != 0 {
      entries[used] = entries[index]
      largest = Swift.max(largest, entries[used].key)
      used += 1
    }
    let sorted = RadixSort.sort(
      entries, scratch: scratch.base.bindMemory(to: Entry.self, capacity: used), count: used,
      largest: largest, key: { $0.key })
    for index in 0..<used { try body(sorted[index].key, sorted[index].counts) }
    withExtendedLifetime(scratch) {}
  }

  /// Sorts the keys, each with the place of its entry.
  private func drainByPlace(_ body: (Key, Entry.Counts) throws -> Void) rethrows {
    let sorted = UnsafeMutablePointer<Place>.allocate(capacity: Swift.max(count, 1))
    let scratch = UnsafeMutablePointer<Place>.allocate(capacity: Swift.max(count, 1))
    defer {
      sorted.deallocate()
      scratch.deallocate()
    }
    var used = 0
    var largest: Key = 0
    for index in 0..<places {
      let key = entries[index].key
      if key == 0 { continue }
      sorted[used] = Place(key: key, index: UInt32(truncatingIfNeeded: index))
      used += 1
      largest = Swift.max(largest, key)
    }
    let ordered = RadixSort.sort(
      sorted, scratch: scratch, count: used, largest: largest, key: { $0.key })
    // The entries lie anywhere: those of a batch are read together, so that the misses overlap.
    let batch = UnsafeMutablePointer<Entry>.allocate(capacity: Self.windowsAtOnce)
    defer { batch.deallocate() }
    let carries = carried.sorted { $0.key < $1.key }
    var carry = 0
    for start in stride(from: 0, to: used, by: Self.windowsAtOnce) {
      let end = Swift.min(start + Self.windowsAtOnce, used)
      for index in start..<end { batch[index - start] = entries[Int(ordered[index].index)] }
      for index in 0..<end - start {
        var counts = batch[index].counts
        if carry < carries.count, carries[carry].key == batch[index].key {
          carries[carry].value.forEachPart { part, count in
            let isTaken = counts.take(UInt64(count), part: part)
            precondition(isTaken, "WindowTable: part \(part) exceeds 2^32 - 1 occurrences")
          }
          carry += 1
        }
        try body(batch[index].key, counts)
      }
    }
  }

  private func empty() {
    memory = ZeroedMemory(size: places * Self.entrySize)
    entries = memory.base.bindMemory(to: Entry.self, capacity: places)
    count = 0
    carried = [:]
  }
}
