// Least-significant-digit radix sort of unsigned keys.

/// Sorts unsigned integer keys by digits, least significant first.
///
/// Stable, deterministic and free of comparisons: time is proportional to the number of keys times
/// the digits in use. Digits are at most ``digitBits`` wide, are spread evenly over the bits in
/// use, and a digit that is the same in every key costs no pass.
enum RadixSort {
  /// Width of the widest digit: 10 bits.
  ///
  /// Chosen here by measurement on 2²² keys of words: six
  /// symbols of a vocabulary of 80 are 38 bits, four passes at 10 bits and five at 8, a tenth to a
  /// fifth slower; 11 bits are four passes too, with more places to write to than the first-level
  /// cache holds.
  static let digitBits = 10

  /// Below this many keys the standard library's sort is quicker than clearing histograms.
  static let smallCount = 256

  /// Sorts `keys[0..<count]` in ascending order, using `scratch` of the same size.
  ///
  /// - Parameter largest: an upper bound of the keys; only the bits it uses are looked at.
  /// - Returns: whichever of the two buffers holds the sorted keys.
  static func sort<Key: FixedWidthInteger & UnsignedInteger>(
    _ keys: UnsafeMutablePointer<Key>, scratch: UnsafeMutablePointer<Key>, count: Int, largest: Key
  ) -> UnsafeMutablePointer<Key> {
    if count < smallCount {
      var buffer = UnsafeMutableBufferPointer(start: keys, count: count)
      buffer.sort()
      return keys
    }
    let usedBits = Key.bitWidth - largest.leadingZeroBitCount
    guard usedBits > 0 else { return keys }
    let passes = (usedBits + digitBits - 1) / digitBits
    let width = (usedBits + passes - 1) / passes
    let buckets = 1 << width
    let mask = Key(truncatingIfNeeded: buckets - 1)

    let histograms = UnsafeMutablePointer<Int>.allocate(capacity: passes * buckets)
    defer { histograms.deallocate() }
    histograms.initialize(repeating: 0, count: passes * buckets)
    for index in 0..<count {
      var rest = keys[index]
      var histogram = histograms
      for _ in 0..<passes {
        histogram[Int(truncatingIfNeeded: rest & mask)] &+= 1
        rest >>= Key(truncatingIfNeeded: width)
        histogram += buckets
      }
    }

    var source = keys
    var target = scratch
    for pass in 0..<passes {
      let shift = Key(truncatingIfNeeded: pass * width)
      let places = histograms + pass * buckets
      let firstDigit = Int(truncatingIfNeeded: (source[0] &>> shift) & mask)
      if places[firstDigit] == count { continue }
      var start = 0
      for bucket in 0..<buckets {
        let size = places[bucket]
        places[bucket] = start
        start += size
      }
      for index in 0..<count {
        let key = source[index]
        let digit = Int(truncatingIfNeeded: (key &>> shift) & mask)
        let place = places[digit]
        places[digit] = place &+ 1
        target[place] = key
      }
      swap(&source, &target)
    }
    return source
  }
}
