// Reading the bytes of sorted windows.

import Files

/// Reads a run, window by window, checking what it reads.
struct WindowRunReader<Key: FixedWidthInteger & UnsignedInteger & Sendable> {
  /// The window that was read last.
  private(set) var key: Key = 0

  private let run: WindowRun
  private let buffer: ByteBuffer
  /// The buffer's bytes, which it keeps; through it they would be retained for every window.
  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private var place = 0
  private var end = 0
  private var readSoFar = 0
  private var windowsLeft: Int
  private let largest: Key
  /// Whether the counts of `key` were not read yet.
  private var hasCounts = false

  /// - Parameters:
  ///   - largest: the largest key that the layout allows.
  ///   - bufferSize: bytes that are read at once.
  init(_ run: WindowRun, largest: Key, bufferSize: Int = 1 << 18) {
    self.run = run
    self.largest = largest
    windowsLeft = run.windows
    buffer = ByteBuffer(count: Swift.min(bufferSize, run.size) + WindowRun.mostBytesOfWindow)
    bytes = buffer.bytes
  }

  /// Moves to the next window; false at the end.
  ///
  /// - Throws: ``Files/Failure`` `badData` where the bytes are not a run.
  @inline(__always)
  mutating func next() throws -> Bool {
    if hasCounts {
      var passed = TotalCount()
      try addCounts(to: &passed)
    }
    if windowsLeft == 0 {
      guard place == end && readSoFar == run.size else { throw damaged("bytes after the end") }
      return false
    }
    windowsLeft &-= 1
    if end &- place < WindowRun.mostBytesOfWindow, readSoFar < run.size { try refill() }
    // Numbers of up to eight bytes, so nearly all, are read without a branch on their length.
    var distance: Key
    let word = word(at: place)
    let ends = ~word & 0x8080_8080_8080_8080
    if ends != 0 {
      let bits = UInt64(truncatingIfNeeded: ends.trailingZeroBitCount)
      distance = Key(truncatingIfNeeded: Self.number(ofSevens: word & (~0 &>> (63 &- bits))))
      place &+= Int(truncatingIfNeeded: bits &>> 3) &+ 1
    } else {
      distance = try longDistance()
    }
    let (sum, overflow) = key.addingReportingOverflow(distance)
    guard distance > 0, !overflow, sum <= largest else { throw damaged("a window out of order") }
    key = sum
    hasCounts = true
    return true
  }

  /// The eight bytes at a place, the first the lowest.
  @inline(__always)
  private func word(at place: Int) -> UInt64 {
    UInt64(
      littleEndian: UnsafeRawBufferPointer(bytes)
        .loadUnaligned(fromByteOffset: place, as: UInt64.self))
  }

  /// The number of eight bytes of which the low seven bits count, the first the lowest.
  @inline(__always)
  private static func number(ofSevens bytes: UInt64) -> UInt64 {
    let pairs = bytes & 0x007F_007F_007F_007F | (bytes & 0x7F00_7F00_7F00_7F00) &>> 1
    let fours = pairs & 0x0000_3FFF_0000_3FFF | (pairs & 0x3FFF_0000_3FFF_0000) &>> 2
    return fours & 0x0000_0000_0FFF_FFFF | (fours & 0x0FFF_FFFF_0000_0000) &>> 4
  }

  /// Reads a distance of more than eight bytes.
  private mutating func longDistance() throws -> Key {
    var distance: Key = 0
    var shift = 0
    while true {
      if shift >= Key.bitWidth { throw damaged("a distance that is too long") }
      let byte = bytes[place]
      place &+= 1
      distance |= Key(truncatingIfNeeded: byte & 0x7F) &<< Key(truncatingIfNeeded: shift)
      if byte < 0x80 { return distance }
      shift &+= 7
    }
  }

  /// Adds the counts of the window that was read last, once.
  ///
  /// Adding to what is there, rather than handing out a value, spares copying sixteen counts for every
  /// window, which took most of the time of a walk.
  ///
  /// - Throws: ``Files/Failure`` `badData` where the bytes are not a run.
  @inline(__always)
  mutating func addCounts<Counts: WindowCounts>(to counts: inout Counts) throws {
    precondition(hasCounts, "WindowRunReader.addCounts: the counts of a window are read once")
    hasCounts = false
    var place = place
    var rest = UInt16(bytes[place]) | UInt16(bytes[place &+ 1]) << 8
    place &+= 2
    if rest == 0 { throw damaged("a window that no part holds") }
    if Counts.isTotal {
      // Up to eight counts at once, as long as each is 1 to 127: their sum is all that is asked for.
      while rest != 0 {
        let parts = Swift.min(rest.nonzeroBitCount, 8)
        let mask = ~0 &>> UInt64(truncatingIfNeeded: 64 &- 8 &* parts)
        let word = word(at: place) & mask
        let tops = 0x8080_8080_8080_8080 & mask
        guard word & tops == 0, (word &+ 0x7F7F_7F7F_7F7F_7F7F) & tops == tops else { break }
        let pairs = word & 0x00FF_00FF_00FF_00FF &+ (word &>> 8) & 0x00FF_00FF_00FF_00FF
        _ = counts.take((pairs &* 0x0001_0001_0001_0001) &>> 48, part: 0)
        place &+= parts
        if parts < 8 {
          rest = 0
        } else {
          for _ in 0..<8 { rest &= rest &- 1 }
        }
      }
    }
    while rest != 0 {
      let part = rest.trailingZeroBitCount
      rest &= rest &- 1
      var byte = bytes[place]
      place &+= 1
      var count = UInt64(byte & 0x7F)
      var shift = 7
      while byte >= 0x80 {
        byte = bytes[place]
        place &+= 1
        if shift > 28 { throw damaged("a count that is too large") }
        count |= UInt64(byte & 0x7F) &<< UInt64(shift)
        shift &+= 7
      }
      if count == 0 || count > UInt64(UInt32.max) || !counts.take(count, part: part) {
        throw damaged("a count that cannot be, or over 2^32 - 1 of one n-gram")
      }
    }
    self.place = place
    guard place <= end else { throw damaged("its end is missing") }
  }

  private mutating func refill() throws {
    let unread = end - place
    buffer.moveToFront(place..<end)
    place = 0
    let wanted = Swift.min(buffer.capacity - unread, run.size - readSoFar)
    let target = UnsafeMutableRawBufferPointer(
      start: buffer.bytes.baseAddress.map { $0 + unread }, count: wanted)
    switch run.storage {
    case .memory(let bytes):
      bytes.withUnsafeBytes {
        target.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: $0[readSoFar..<readSoFar + wanted]))
      }
    case .file(let file, let offset):
      guard try file.read(into: target, at: offset + readSoFar) == wanted else {
        throw damaged("its end is missing")
      }
    }
    readSoFar += wanted
    end = unread + wanted
  }

  private func damaged(_ what: String) -> Failure {
    let name =
      switch run.storage {
      case .memory: "counts in memory"
      case .file(let file, _): file.name
      }
    return Failure(
      .badData,
      "\(name): the counts are damaged (\(what), window \(run.windows - windowsLeft) of "
        + "\(run.windows)); make them again with `dgflow corpus count`")
  }
}

/// Memory of one reader, with room behind its end, so that a damaged window is not read outside.
private final class ByteBuffer {
  let bytes: UnsafeMutableBufferPointer<UInt8>
  /// Bytes that may be filled.
  let capacity: Int

  init(count: Int) {
    capacity = count
    bytes = .allocate(capacity: count + 2 * WindowRun.mostBytesOfWindow)
    bytes.initialize(repeating: 0)
  }

  deinit { bytes.deallocate() }

  func moveToFront(_ range: Range<Int>) {
    guard let base = bytes.baseAddress, !range.isEmpty else { return }
    base.update(from: base + range.lowerBound, count: range.count)
  }
}
