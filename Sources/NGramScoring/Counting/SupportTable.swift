// Counting on a given support: n-grams that are not in the table are not counted.

import CInstructions

/// The n-grams of one order that some samples hold, each with one count.
///
/// Open addressing, at most two thirds full. Keys are never added while n-grams are counted, so that
/// tables of several threads stay alike, place by place. The most frequent n-grams are put in first
/// and so stand where their search begins: measured on newswire (272,000 6-grams, 27 million
/// searches, one core of Zen 3), 0.21 s, where keys in random order took 0.38 s, and compact entries
/// of 8 bytes were no faster.
///
/// It does not own its memory, so that copying it costs nothing; see ``SupportShard``.
struct SupportTable<Key: FixedWidthInteger & UnsignedInteger & Sendable> {
  struct Place {
    var key: Key
    var count: UInt64
  }

  private let places: UnsafeMutablePointer<Place>
  private let mask: Int
  private let shift: UInt64

  /// Bytes that a table of so many n-grams takes.
  static func size(ngrams: Int) -> Int { capacity(ngrams) * MemoryLayout<Place>.stride }

  private static func capacity(_ ngrams: Int) -> Int {
    var capacity = 1 << 8
    while 2 * capacity < 3 * ngrams { capacity *= 2 }
    return capacity
  }

  /// A table in memory that holds nothing yet, or the places of an equal one.
  init(in memory: ZeroedMemory) {
    let capacity = memory.size / MemoryLayout<Place>.stride
    places = memory.base.bindMemory(to: Place.self, capacity: capacity)
    mask = capacity - 1
    shift = UInt64(64 - capacity.trailingZeroBitCount)
  }

  /// Puts n-grams in, all counts 0, in the order in which they stand.
  ///
  /// - Parameter ngrams: no key is 0; one may stand there twice.
  func insert(_ ngrams: UnsafeBufferPointer<Place>) {
    for index in ngrams.indices {
      let key = ngrams[index].key
      prefetch(ngrams[Swift.min(index + 16, ngrams.count - 1)].key)
      var place = firstPlace(of: key)
      while places[place].key != 0 && places[place].key != key { place = (place &+ 1) & mask }
      places[place].key = key
    }
  }

  @inline(__always)
  private func firstPlace(of key: Key) -> Int {
    Int(truncatingIfNeeded: WindowHash.value(of: key) &>> shift)
  }

  /// Brings the place where the search for a key begins near, ahead of the search.
  @inline(__always)
  func prefetch(_ key: Key) { prefetchForWriting(places + firstPlace(of: key)) }

  /// Counts an n-gram where the table holds it; returns whether it does.
  @inline(__always)
  func count(_ key: Key) -> Bool {
    var place = firstPlace(of: key)
    while true {
      let found = places[place].key
      if found == key {
        places[place].count &+= 1
        return true
      }
      if found == 0 { return false }
      place = (place &+ 1) & mask
    }
  }

  /// Adds the counts of a table of the same n-grams in the same places.
  func add(_ other: SupportTable) {
    precondition(mask == other.mask, "SupportTable.add: \(mask + 1), \(other.mask + 1) places")
    for place in 0...mask { places[place].count &+= other.places[place].count }
  }

  /// Calls `body` with every n-gram that was counted, in no order.
  func forEachCounted(_ body: (_ key: Key, _ count: UInt64) -> Void) {
    for place in 0...mask where places[place].count > 0 {
      body(places[place].key, places[place].count)
    }
  }
}

/// The hash by which tables of windows and n-grams find their places: the top bits of a product.
enum WindowHash {
  @inline(__always)
  static func value<Key: FixedWidthInteger & UnsignedInteger>(of key: Key) -> UInt64 {
    var word = UInt64(truncatingIfNeeded: key)
    if Key.bitWidth > 64 {
      let high = UInt64(truncatingIfNeeded: key &>> 64)
      word ^= (high &* 0xD6E8_FEB8_6659_FD93) &>> 17 ^ (high &* 0xD6E8_FEB8_6659_FD93)
    }
    return word &* 0x9E37_79B9_7F4A_7C15
  }
}
