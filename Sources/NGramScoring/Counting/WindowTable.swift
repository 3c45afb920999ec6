// Counting by hash: the windows met so far, each with sixteen small counters.

import CPrefetch

/// An open-addressing table from window keys to counts in 16 parts, in 32 bytes an entry.
///
/// An entry is the key (16 bytes) and one byte a part, so that meeting a window touches one cache line
/// whatever part it is in. A byte that overflows carries 256 into a small dictionary: with a million
/// strings that happens once in a few thousand windows. The places of some hundred windows are asked
/// for before the first is looked at, so that their cache misses overlap.
///
/// Measured in a prototype on 28 million windows of news (V = 125, order 6, 1.8 million distinct, 6.4 million with
/// their parts): 0.38 s, where radix sorting key and part took 0.50 s and a hash of key and part
/// 0.68 s (one core, Zen 3).
final class WindowTable<Key: FixedWidthInteger & UnsignedInteger & Sendable> {
  /// Bytes of an entry.
  static var entrySize: Int { 32 }
  /// Most entries in use, as a share of the places: 3/4, chosen here.
  private static var fullShare: (numerator: Int, denominator: Int) { (3, 4) }

  /// Windows whose counters are read together.
  private static var windowsAtOnce: Int { 64 }

  /// Distinct windows in the table.
  private(set) var count = 0

  private var memory: ZeroedMemory
  private var entries: UnsafeMutableRawPointer { memory.base }
  private var places: Int
  private let mostPlaces: Int
  /// What did not fit the bytes of an entry.
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

  /// Brings the place where the search for a window begins near, ahead of ``add(_:count:part:)``.
  @inline(__always)
  func prefetch(_ keys: UnsafePointer<Key>, count windows: Int) {
    let entries = entries
    let shift = UInt64(64 - places.trailingZeroBitCount)
    for index in 0..<windows {
      prefetchForWriting(
        entries + Int(truncatingIfNeeded: WindowHash.value(of: keys[index]) &>> shift) &* 32)
    }
  }

  /// Counts windows in one part.
  ///
  /// - Precondition: at most `mostWindows` keys, none 0; not ``isFull``.
  @inline(__always)
  func add(_ keys: UnsafePointer<Key>, count windows: Int, part: Int) {
    reserve(windows)
    let entries = entries
    let mask = places &- 1
    let shift = UInt64(64 - places.trailingZeroBitCount)
    var met = 0
    for index in 0..<windows {
      let key = keys[index]
      var place = Int(truncatingIfNeeded: WindowHash.value(of: key) &>> shift)
      while true {
        let found = (entries + place &* 32).load(as: Key.self)
        if found == key { break }
        if found == 0 {
          (entries + place &* 32).storeBytes(of: key, as: Key.self)
          met &+= 1
          break
        }
        place = (place &+ 1) & mask
      }
      let counter = (entries + (place &* 32 &+ 16 &+ part)).assumingMemoryBound(to: UInt8.self)
      counter.pointee &+= 1
      if counter.pointee == 0 { carry(key, part) }
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
      let added = other.entries + (block &* 64 &+ index % 64) &* 32
      let key = added.load(as: Key.self)
      if key == 0 { continue }
      // Most windows are in both: there need not be room for all of them twice.
      reserve(1)
      var place = Int(
        truncatingIfNeeded: WindowHash.value(of: key)
          &>> UInt64(64 - places.trailingZeroBitCount))
      while true {
        let found = (entries + place &* 32).load(as: Key.self)
        if found == key { break }
        if found == 0 {
          (entries + place &* 32).storeBytes(of: key, as: Key.self)
          count &+= 1
          break
        }
        place = (place &+ 1) & (places &- 1)
      }
      addCounters(of: key, added + 16, to: entries + (place &* 32 &+ 16))
    }
    for (key, counts) in other.carried { carried[key, default: PartedCount()].add(counts) }
  }

  private func addCounters(
    of key: Key, _ added: UnsafeRawPointer, to counters: UnsafeMutableRawPointer
  ) {
    let sum = counters.load(as: SIMD16<UInt8>.self) &+ added.load(as: SIMD16<UInt8>.self)
    let overflow = sum .< added.load(as: SIMD16<UInt8>.self)
    counters.storeBytes(of: sum, as: SIMD16<UInt8>.self)
    guard any(overflow) else { return }
    for part in 0..<StringParts.count where overflow[part] { carry(key, part) }
  }

  private func carry(_ key: Key, _ part: Int) {
    carried[key, default: PartedCount()].add(256, part: part)
  }

  private func grow() {
    precondition(places < mostPlaces, "WindowTable: \(count) windows in \(places) places at most")
    let old = memory
    let oldPlaces = places
    // By four where that is allowed: half the copying, and no more is held than the most there may be.
    places = Swift.min(4 * places, mostPlaces)
    memory = ZeroedMemory(size: places * Self.entrySize)
    let shift = UInt64(64 - places.trailingZeroBitCount)
    let end = entries + places * 32
    for index in 0..<oldPlaces {
      let entry = old.base + index * 32
      let key = entry.load(as: Key.self)
      if key == 0 { continue }
      var target = entries + Int(truncatingIfNeeded: WindowHash.value(of: key) &>> shift) * 32
      while target.load(as: Key.self) != 0 {
        target += 32
        if target == end { target = entries }
      }
      target.copyMemory(from: entry, byteCount: 32)
    }
  }

  // MARK: Emptying

  private struct Place {
    var key: Key
    var index: UInt32
  }

  /// Hands out all windows in ascending order of keys, and empties the table.
  func drain(_ body: (Key, PartedCount) throws -> Void) rethrows {
    let sorted = UnsafeMutablePointer<Place>.allocate(capacity: Swift.max(count, 1))
    let scratch = UnsafeMutablePointer<Place>.allocate(capacity: Swift.max(count, 1))
    defer {
      sorted.deallocate()
      scratch.deallocate()
    }
    var used = 0
    var largest: Key = 0
    for index in 0..<places {
      let key = (entries + index * 32).load(as: Key.self)
      if key == 0 { continue }
      sorted[used] = Place(key: key, index: UInt32(truncatingIfNeeded: index))
      used += 1
      largest = Swift.max(largest, key)
    }
    let ordered = RadixSort.sort(
      sorted, scratch: scratch, count: used, largest: largest, key: { $0.key })
    // The counters lie anywhere: those of a batch are read together, so that the misses overlap.
    let counters = UnsafeMutablePointer<SIMD2<UInt64>>.allocate(capacity: Self.windowsAtOnce)
    defer { counters.deallocate() }
    let carries = carried.sorted { $0.key < $1.key }
    var carry = 0
    for start in stride(from: 0, to: used, by: Self.windowsAtOnce) {
      let end = Swift.min(start + Self.windowsAtOnce, used)
      for index in start..<end {
        counters[index - start] = (entries + Int(ordered[index].index) * 32 + 16)
          .load(as: SIMD2<UInt64>.self)
      }
      for index in start..<end {
        let key = ordered[index].key
        var counts = PartedCount()
        counts.add(counters[index - start].x, fromPart: 0)
        counts.add(counters[index - start].y, fromPart: 8)
        if carry < carries.count, carries[carry].key == key {
          counts.add(carries[carry].value)
          carry += 1
        }
        try body(key, counts)
      }
    }
    empty()
  }

  private func empty() {
    memory = ZeroedMemory(size: places * Self.entrySize)
    count = 0
    carried = [:]
  }
}

extension PartedCount {
  /// Adds eight counts of a byte each, the lowest byte to `first`.
  @inline(__always)
  fileprivate mutating func add(_ bytes: UInt64, fromPart first: Int) {
    var rest = bytes
    while rest != 0 {
      let shift = UInt64(rest.trailingZeroBitCount & ~7)
      add(Int(truncatingIfNeeded: (rest &>> shift) & 0xFF), part: first + Int(shift &>> 3))
      rest &= ~(0xFF &<< shift)
    }
  }
}
