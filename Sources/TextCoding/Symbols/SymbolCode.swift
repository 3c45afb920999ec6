// Numbers that stand for symbols while the vocabulary is not yet known. Code points and bytes stand
// for themselves; longer grapheme clusters get numbers above all code points as they are met.

/// A symbol's number during scanning, counting and spooling.
typealias SymbolCode = UInt32

/// The first code of a cluster of several scalars: one above the last code point.
let firstClusterCode: SymbolCode = 0x110000

/// The longest cluster, in scalars, that counts as a symbol.
///
/// Chosen here: the longest emoji in
/// common use has 10; what is longer is an attack on memory or on the eye.
let longestCluster = 32

/// The clusters of several scalars met so far, each with a number; a hash table over one array.
struct ClusterTable: Sendable {
  private var scalars: [UInt32] = []
  private var starts: [Int] = [0]
  private var slots: [Int32] = []

  /// The number of clusters.
  var count: Int { starts.count - 1 }

  /// The scalars of cluster number `index`.
  subscript(index: Int) -> ArraySlice<UInt32> { scalars[starts[index]..<starts[index + 1]] }

  /// The number of a cluster that is there already.
  func index(of cluster: UnsafeBufferPointer<UInt32>) -> Int? {
    guard !slots.isEmpty else { return nil }
    let found = slots[slot(of: cluster)]
    return found < 0 ? nil : Int(found)
  }

  /// The number of a cluster, a new one where it was not met before.
  mutating func insert(_ cluster: UnsafeBufferPointer<UInt32>) -> Int {
    if slots.count < 2 * (count + 1) { grow() }
    let position = slot(of: cluster)
    if slots[position] >= 0 { return Int(slots[position]) }
    let index = count
    scalars.append(contentsOf: cluster)
    starts.append(scalars.count)
    slots[position] = Int32(index)
    return index
  }

  /// The slot that holds the cluster, or the free one where it belongs.
  private func slot(of cluster: UnsafeBufferPointer<UInt32>) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for scalar in cluster { hash = (hash ^ UInt64(scalar)) &* 0x0000_0100_0000_01b3 }
    let mask = slots.count - 1
    var position = Int(truncatingIfNeeded: hash ^ hash >> 32) & mask
    while slots[position] >= 0 {
      if self[Int(slots[position])].elementsEqual(cluster) { break }
      position = (position + 1) & mask
    }
    return position
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: max(64, 2 * slots.count))
    for index in 0..<count {
      let position = scalars.withUnsafeBufferPointer {
        slot(of: UnsafeBufferPointer(rebasing: $0[starts[index]..<starts[index + 1]]))
      }
      slots[position] = Int32(index)
    }
  }
}
