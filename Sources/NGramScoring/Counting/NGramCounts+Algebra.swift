// Adding, taking away and looking up whole count lists.

import Files

extension NGramCounts {
  /// The counts of both sets of strings together; equal to counting them in one pass.
  ///
  /// - Precondition: same order, string length, vocabulary size, padding rule and key layout.
  public func merged(with other: NGramCounts) -> NGramCounts {
    requireSameKind(as: other, "merged(with:)")
    let storage: Storage =
      switch (self.storage, other.storage) {
      case (.packed64(let left), .packed64(let right)): .packed64(left.merged(with: right))
      case (.packed128(let left), .packed128(let right)): .packed128(left.merged(with: right))
      case (.slices(let left), .slices(let right)): .slices(left.merged(with: right))
      default: layoutMismatch(other, "merged(with:)")
      }
    return with(storage, strings: strings + other.strings)
  }

  /// What is left when the strings behind `other`, all of them counted here too, are taken away.
  ///
  /// - Precondition: same kind, and no n-gram is more frequent in `other`.
  public func subtracting(_ other: NGramCounts) -> NGramCounts {
    requireSameKind(as: other, "subtracting(_:)")
    let storage: Storage? =
      switch (self.storage, other.storage) {
      case (.packed64(let left), .packed64(let right)):
        left.subtracting(right).map(Storage.packed64)
      case (.packed128(let left), .packed128(let right)):
        left.subtracting(right).map(Storage.packed128)
      case (.slices(let left), .slices(let right)): left.subtracting(right).map(Storage.slices)
      default: layoutMismatch(other, "subtracting(_:)")
      }
    guard let storage else {
      preconditionFailure(
        "NGramCounts.subtracting(_:): \(other.total) n-grams of \(other.strings) strings are not "
          + "all among \(total) n-grams of \(strings) strings")
    }
    return with(storage, strings: strings - other.strings)
  }

  /// For each distinct n-gram here, in order, its count in `other`; 0 where `other` lacks it.
  ///
  /// The one walk behind every comparison. O(m log(n/m)) for m n-grams here and n in `other`.
  ///
  /// - Precondition: same order, string length, vocabulary size, padding rule and key layout.
  public func counts(in other: NGramCounts) -> [Int] {
    requireSameKind(as: other, "counts(in:)")
    switch (storage, other.storage) {
    case (.packed64(let left), .packed64(let right)): return left.counts(in: right)
    case (.packed128(let left), .packed128(let right)): return left.counts(in: right)
    case (.slices(let left), .slices(let right)): return left.counts(in: right)
    default: layoutMismatch(other, "counts(in:)")
    }
  }

  private func with(_ storage: Storage, strings: Int) -> NGramCounts {
    NGramCounts(
      order: order, length: length, vocabularySize: vocabularySize,
      excludesPadding: excludesPadding, strings: strings, storage: storage)
  }

  private func requireSameKind(as other: NGramCounts, _ operation: String) {
    precondition(
      order == other.order, "NGramCounts.\(operation): order \(order) against \(other.order)")
    precondition(
      length == other.length,
      "NGramCounts.\(operation): strings of \(length) tokens against \(other.length)")
    precondition(
      vocabularySize == other.vocabularySize,
      "NGramCounts.\(operation): vocabulary of \(vocabularySize) against \(other.vocabularySize)")
    precondition(
      excludesPadding == other.excludesPadding,
      "NGramCounts.\(operation): padding excluded \(excludesPadding) against "
        + "\(other.excludesPadding)")
  }

  private func layoutMismatch(_ other: NGramCounts, _ operation: String) -> Never {
    preconditionFailure("NGramCounts.\(operation): layout \(layout) against \(other.layout)")
  }
}
