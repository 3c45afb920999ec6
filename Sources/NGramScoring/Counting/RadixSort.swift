// Least-significant-digit radix sort of unsigned keys.

/// Sorts elements by an unsigned integer key, digit by digit, least significant first.
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

  /// Sorts `elements[0..<count]` by key in ascending order, using `scratch` of the same size.
  ///
  /// - Parameters:
  ///   - largest: an upper bound of the keys; only the bits it uses are looked at.
  ///   - key: an element's key.
  /// - Returns: whichever of the two buffers holds the sorted elements.
  @inline(__always)
  static func sort<Element, Key: FixedWidthInteger & UnsignedInteger>(
    _ elements: UnsafeMutablePointer<Element>, scratch: UnsafeMutablePointer<Element>, count: Int,
    largest: Key, key: (Element) -> Key
  ) -> UnsafeMutablePointer<Element> {
    if count < smallCount {
      var buffer = UnsafeMutableBufferPointer(start: elements, count: count)
      buffer.sort { key($0) < key($1) }
      return elements
    }
    let usedBits = Key.bitWidth - largest.leadingZeroBitCount
    guard usedBits > 0 else { return elements }
    let passes = (usedBits + digitBits - 1) / digitBits
    let width = (usedBits + passes - 1) / passes
    let buckets = 1 << width
    let mask = Key(truncatingIfNeeded: buckets - 1)

    let histograms = UnsafeMutablePointer<Int>.allocate(capacity: passes * buckets)
    defer { histograms.deallocate() }
    histograms.initialize(repeating: 0, count: passes * buckets)
    for index in 0..<count {
      var rest = key(elements[index])
      var histogram = histograms
      for _ in 0..<passes {
        histogram[Int(truncatingIfNeeded: rest & mask)] &+= 1
        rest >>= Key(truncatingIfNeeded: width)
        histogram += buckets
      }
    }

    var source = elements
    var target = scratch
    for pass in 0..<passes {
      let shift = Key(truncatingIfNeeded: pass * width)
      let places = histograms + pass * buckets
      let firstDigit = Int(truncatingIfNeeded: (key(source[0]) &>> shift) & mask)
      if places[firstDigit] == count { continue }
      var start = 0
      for bucket in 0..<buckets {
        let size = places[bucket]
        places[bucket] = start
        start += size
      }
      for index in 0..<count {
        let element = source[index]
        let digit = Int(truncatingIfNeeded: (key(element) &>> shift) & mask)
        let place = places[digit]
        places[digit] = place &+ 1
        target[place] = element
      }
      swap(&source, &target)
    }
    return source
  }
}
