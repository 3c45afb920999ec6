import Determinism

/// Deals items of given sizes to groups of about equal total size: the largest item first, each to
/// the group that holds the least.
///
/// - Parameters:
///   - sizes: of the items, 0 or more.
///   - count: groups, at least 1.
/// - Returns: the group of each item, in `0..<count`.
package func balancedGroups(sizes: [Int], count: Int) -> [Int] {
  var groups = Array(repeating: 0, count: sizes.count)
  var loads = Array(repeating: 0, count: count)
  for item in sizes.indices.sorted(by: { (-sizes[$0], $0) < (-sizes[$1], $1) }) {
    guard let least = loads.indices.min(by: { loads[$0] < loads[$1] }) else { break }
    loads[least] += sizes[item]
    groups[item] = least
  }
  return groups
}

/// Calls `body` once for each item, on threads that carry about the same total size, and waits.
///
/// - Parameters:
///   - sizes: of the items, about proportional to the work.
///   - threads: threads that share the items, at least 1.
///   - body: the work of an item. Items must not write to the same memory.
package func balancedRun(sizes: [Int], threads: Int, _ body: @Sendable (Int) -> Void) {
  let count = max(1, min(threads, sizes.count))
  let groups = balancedGroups(sizes: sizes, count: count)
  Cores.run(shards: count, threads: threads) { group in
    for item in groups.indices where groups[item] == group { body(item) }
  }
}
