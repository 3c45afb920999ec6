// The n-grams of one order, read off the windows of the longest.

/// The distinct n-grams of one order in ascending order, each with its counts.
///
/// Windows that begin with the same j tokens stand together; their counts are added up. Windows cut
/// short before position j hold no j-gram and are passed over, and so are those from a begin mark
/// unless they are asked for.
struct GramCursor<
  Key: FixedWidthInteger & UnsignedInteger & Sendable, Counts: WindowCounts
> {
  /// The n-gram that was read last, its j digits in base B.
  private(set) var key: Key = 0
  /// Its counts.
  private(set) var counts = Counts()

  private var windows: MergedWindows<Key>
  private let base: Key
  /// B^(n − j): windows whose keys agree when divided by it begin with the same j-gram.
  private let unit: Key
  /// The smallest key of a window that begins at a begin mark; beyond it nothing is read.
  private let firstBeginning: Key
  private let keepsBeginnings: Bool
  private let keepsCutWindows: Bool
  /// Whether `windows` stands on a window that was not looked at yet.
  private var hasWindow = false
  private var isAtEnd = false

  /// - Parameters:
  ///   - keepingBeginnings: also read windows from a begin mark.
  ///   - keepingCutWindows: also read windows that end before position j, 0 in the places after.
  /// - Precondition: `order` is one of the layout's orders, and the layout's keys fit `Key`.
  init(
    _ source: NGramCounts, order: Int, keepingBeginnings: Bool = false,
    keepingCutWindows: Bool = false
  ) {
    let layout = source.layout
    source.requireOrder(order)
    guard let largest = layout.largestKey(Key.self) else {
      preconditionFailure("GramCursor: keys of base \(layout.base) exceed \(Key.bitWidth) bits")
    }
    windows = MergedWindows(source.runs, largest: largest)
    base = Key(layout.base)
    unit = layout.weight(layout.order - order, Key.self)
    firstBeginning = Key(layout.beginDigit) &* layout.weight(layout.order - 1, Key.self)
    keepsBeginnings = keepingBeginnings
    keepsCutWindows = keepingCutWindows
  }

  /// Moves to the next n-gram; false at the end.
  @inline(__always)
  mutating func next() throws -> Bool {
    if unit == 1 { return try nextWindow() }
    while true {
      if !hasWindow {
        guard try !isAtEnd && windows.next() else { return false }
      }
      hasWindow = false
      if windows.key >= firstBeginning && !keepsBeginnings {
        isAtEnd = true
        return false
      }
      key = windows.key / unit
      let first = key &* unit
      counts = Counts()
      try windows.addCounts(to: &counts)
      while true {
        guard try windows.next() else {
          isAtEnd = true
          break
        }
        if windows.key &- first >= unit {
          hasWindow = true
          break
        }
        try windows.addCounts(to: &counts)
      }
      // The j-th digit is 0 where the string ended before.
      if keepsCutWindows || key % base != 0 { return true }
    }
  }

  /// Order n itself: a window an n-gram.
  @inline(__always)
  private mutating func nextWindow() throws -> Bool {
    while !isAtEnd, try windows.next() {
      key = windows.key
      if key >= firstBeginning && !keepsBeginnings { break }
      if key % base == 0 && !keepsCutWindows { continue }
      counts = Counts()
      try windows.addCounts(to: &counts)
      return true
    }
    isAtEnd = true
    return false
  }
}
