import Files
import Testing

@testable import NGramScoring

@Suite("Runs of windows")
struct WindowRunTests {
  typealias Windows<Key> = [(key: Key, counts: PartedCount)]

  /// Random ascending windows: distances and counts of any number of bits, up to the largest.
  static func windows<Key: FixedWidthInteger & UnsignedInteger>(
    _ count: Int, _: Key.Type, _ random: inout SimulationRandom
  ) -> Windows<Key> {
    var last: Key = 0
    let room = Key.max / Key(count + 1)
    var windows: Windows<Key> = (0..<count).map { _ in
      let bits = Int.random(in: 0..<Key.bitWidth, using: &random)
      last += max(1, min(room, Key.random(in: 0...(.max), using: &random) >> Key(bits)))
      let support = random.next() % 3 == 0 ? UInt16.max : UInt16(truncatingIfNeeded: random.next())
      var counts = PartedCount()
      for part in 0..<16 where support & 1 << UInt16(part) != 0 || part == count % 16 {
        let bits = UInt64.random(in: 0..<32, using: &random)
        counts.add(max(1, Int(truncatingIfNeeded: (random.next() >> 32) >> bits)), part: part)
      }
      return (last, counts)
    }
    let largest = [Int](repeating: Int(UInt32.max), count: 16)
    if last < .max { windows.append((.max, PartedCount(largest))) }
    return windows
  }

  static func run<Key: FixedWidthInteger & UnsignedInteger & Sendable>(
    _ windows: Windows<Key>
  ) throws -> (bytes: [UInt8], windows: Int) {
    var writer = WindowRunWriter<Key>(.memory)
    for window in windows { try writer.append(window.key, window.counts) }
    let run = try #require(try writer.finish())
    guard case .memory(let bytes) = run.storage else { return ([], -1) }
    #expect(bytes.count == run.size && run.windows == windows.count)
    return (bytes, run.windows)
  }

  /// All windows that the bytes hold.
  static func read<Key: FixedWidthInteger & UnsignedInteger & Sendable>(
    _ run: WindowRun, _: Key.Type, largest: Key = .max, bufferSize: Int = 1 << 18
  ) throws -> Windows<Key> {
    var reader = WindowRunReader<Key>(run, largest: largest, bufferSize: bufferSize)
    var windows: Windows<Key> = []
    while try reader.next() {
      var counts = PartedCount()
      try reader.addCounts(to: &counts)
      windows.append((reader.key, counts))
    }
    return windows
  }

  private static func memory(_ bytes: [UInt8], _ windows: Int) -> WindowRun {
    WindowRun(storage: .memory(bytes), size: bytes.count, windows: windows)
  }

  @Test("a total is written as the count of part 0, or of as many parts as it needs")
  func totals() throws {
    let totals = [1, 127, 128, Int(UInt32.max), Int(UInt32.max) + 1, 15 * Int(UInt32.max)]
    var writer = WindowRunWriter<UInt64>(.memory)
    for (index, total) in totals.enumerated() {
      try writer.append(UInt64(index + 1), TotalCount(UInt64(total)))
    }
    let read = try Self.read(try #require(try writer.finish()), UInt64.self)
    #expect(read.map(\.counts.total) == totals)
    #expect(read.map(\.counts.support) == [1, 1, 1, 1, 3, 0x7FFF])
  }

  private func roundTrip<Key: FixedWidthInteger & UnsignedInteger & Sendable>(
    _: Key.Type, seed: Int, folder: TemporaryFolder
  ) throws {
    var random = SimulationRandom(seed: UInt64(seed))
    let count = [0, 1, 2, 300, 9_000][seed % 5]
    let windows = Self.windows(count, Key.self, &random)
    let (bytes, written) = try Self.run(windows)
    func isSame(_ read: Windows<Key>) -> Bool {
      read.elementsEqual(windows) { $0.key == $1.key && $0.counts == $1.counts }
    }
    #expect(isSame(try Self.read(Self.memory(bytes, written), Key.self)), "seed \(seed)")
    #expect(
      isSame(try Self.read(Self.memory(bytes, written), Key.self, bufferSize: 1)), "seed \(seed)")
    // The same bytes in pieces through a sink, in the middle of a file.
    let file = try RandomAccessFile(temporaryIn: folder.path)
    let offset = Int.random(in: 0...100, using: &random)
    var end = offset
    var writer = WindowRunWriter<Key>(
      .sink { piece in
        try file.write(piece, at: end)
        end += piece.count
      })
    for window in windows { try writer.append(window.key, window.counts) }
    #expect(try writer.finish() == nil)
    #expect(writer.windows == windows.count && end - offset == bytes.count)
    try [1, 2, 3].withUnsafeBytes { try file.write($0, at: end) }
    let run = WindowRun(
      storage: .file(file, offset: offset), size: end - offset, windows: windows.count)
    #expect(isSame(try Self.read(run, Key.self)), "seed \(seed)")
    #expect(isSame(try Self.read(run, Key.self, bufferSize: 4_096)), "seed \(seed)")
  }

  @Test("read back as written, in memory and from a file", arguments: 1...10)
  func roundTrips(seed: Int) throws {
    let folder = try TemporaryFolder()
    try roundTrip(UInt64.self, seed: seed, folder: folder)
    try roundTrip(UInt128.self, seed: 20 + seed, folder: folder)
  }

  @Test("no window takes more than 101 bytes")
  func largestWindow() throws {
    let largest = PartedCount([Int](repeating: Int(UInt32.max), count: 16))
    let (bytes, _) = try Self.run([(UInt128.max, largest)])
    #expect(bytes.count == WindowRun.mostBytesOfWindow)
    let read = try Self.read(Self.memory(bytes, 1), UInt128.self)
    #expect(read.count == 1 && read[0].key == .max && read[0].counts == largest)
  }

  private func expectDamage<Key: FixedWidthInteger & UnsignedInteger & Sendable>(
    _ run: WindowRun, _: Key.Type, _ note: String
  ) {
    let failure = #expect(throws: Failure.self, Comment(rawValue: note)) {
      try Self.read(run, Key.self)
    }
    #expect(failure?.kind == .badData)
    #expect(failure?.message.contains("counts in memory: the counts are damaged") == true)
  }

  @Test("cut short anywhere, or with a wrong number of windows, they are refused")
  func truncation() throws {
    var random = SimulationRandom(seed: 3)
    let windows = Self.windows(40, UInt64.self, &random)
    let (bytes, count) = try Self.run(windows)
    for size in 0..<bytes.count {
      expectDamage(Self.memory(Array(bytes[..<size]), count), UInt64.self, "\(size) bytes")
    }
    expectDamage(Self.memory(bytes + [1], count), UInt64.self, "a byte more")
    for other in [0, 1, count - 1, count + 1, .max] {
      expectDamage(Self.memory(bytes, other), UInt64.self, "\(other) windows")
    }
    expectDamage(Self.memory([], 1), UInt64.self, "nothing")
    #expect(try Self.read(Self.memory([], 0), UInt64.self).isEmpty)
    let last = try #require(windows.last).key
    #expect(throws: Failure.self) {
      try Self.read(Self.memory(bytes, count), UInt64.self, largest: last - 1)
    }
  }

  @Test("cut short in a file they are refused by the file's name")
  func truncatedFile() throws {
    let folder = try TemporaryFolder()
    var random = SimulationRandom(seed: 4)
    let (bytes, count) = try Self.run(Self.windows(50, UInt64.self, &random))
    let path = try folder.put(bytes.dropLast(9), "short")
    let run = WindowRun(
      storage: .file(try RandomAccessFile(path: path), offset: 0), size: bytes.count,
      windows: count)
    let failure = #expect(throws: Failure.self) { try Self.read(run, UInt64.self) }
    #expect(failure?.kind == .badData)
    #expect(failure?.message.hasPrefix(path) == true)
  }

  @Test("impossible windows are refused: no distance, no part, a count of 0, numbers too long")
  func impossible() throws {
    let long = [UInt8](repeating: 0xFF, count: 300)
    for (bytes, note) in [
      ([0, 1, 0, 1], "distance 0"), ([1, 0, 0], "no part"), ([1, 1, 0, 0], "count 0"),
      ([1, 1, 0, 0x80, 0x80, 0x80, 0x80, 0x10], "count 2^32"),
      ([1, 1, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 1], "a count of six bytes"),
      ([1, 1, 0, 0x81, 0x80, 0x80, 0x80, 0x80, 0], "a count of six bytes that is 1"),
      (long, "an endless distance"), ([1, 0xFF, 0xFF] + long, "endless counts"),
      ([1, 3, 0, 5], "a missing count"), ([1, 1], "half a support"),
    ] as [([UInt8], String)] {
      expectDamage(Self.memory(bytes, 1), UInt64.self, note)
      expectDamage(Self.memory(bytes, 1), UInt128.self, note)
    }
    // The key before was the largest that there is.
    var bytes = try Self.run([(UInt64.max, PartedCount([1]))]).bytes
    bytes += [1, 1, 0, 1]
    expectDamage(Self.memory(bytes, 2), UInt64.self, "beyond the largest key")
  }

  private func fuzz<Key: FixedWidthInteger & UnsignedInteger & Sendable>(
    _: Key.Type, seed: Int
  ) throws {
    var random = SimulationRandom(seed: UInt64(seed))
    let (bytes, count) = try Self.run(Self.windows(30, Key.self, &random))
    /// Reads bytes that may be anything: refused as bad data, or well-formed.
    func check(_ bytes: [UInt8], _ windows: Int) {
      do {
        let read = try Self.read(Self.memory(bytes, windows), Key.self)
        #expect(read.count == windows, "seed \(seed)")
        #expect(zip(read, read.dropFirst()).allSatisfy { $0.key < $1.key }, "seed \(seed)")
        #expect(read.allSatisfy { $0.key > 0 && $0.counts.total > 0 }, "seed \(seed)")
      } catch let failure as Failure {
        #expect(failure.kind == .badData, "seed \(seed)")
      } catch {
        Issue.record("seed \(seed): \(error)")
      }
    }
    for place in bytes.indices {
      for change in [1, 0x80, UInt8.random(in: 1...255, using: &random)] as [UInt8] {
        var damaged = bytes
        damaged[place] ^= change
        check(damaged, count)
      }
    }
    for _ in 0..<300 {
      let size = Int.random(in: 0...400, using: &random)
      let bits = UInt64.random(in: 0...7, using: &random)
      check(
        (0..<size).map { _ in UInt8(truncatingIfNeeded: (random.next() & 0xFF) >> bits) },
        Int.random(in: 0...60, using: &random))
    }
  }

  @Test(
    "bytes that were changed are refused, or read as other windows, never more", arguments: 1...4)
  func corruption(seed: Int) throws {
    try fuzz(UInt64.self, seed: seed)
    try fuzz(UInt128.self, seed: 10 + seed)
  }

  @Test("windows whose counts nobody asks for are passed over", arguments: [1, 3])
  func skipping(runs: Int) throws {
    var random = SimulationRandom(seed: 6)
    let windows = Self.windows(500, UInt64.self, &random)
    // The same windows in every run, so that counts of equal ones are passed over together.
    let written = try (0..<runs).map { run in
      let (bytes, count) = try Self.run(
        windows.enumerated().map { index, window in
          (window.key, run == 0 ? window.counts : PartedCount([0, index + 1]))
        }.filter { run == 0 || $0.0 < .max })
      return Self.memory(bytes, count)
    }
    var merged = MergedWindows<UInt64>(written, largest: .max)
    for (index, window) in windows.enumerated() {
      #expect(try merged.next() && merged.key == window.key)
      guard index % 3 == 0, window.key < .max else { continue }
      var expected = window.counts.list
      if expected[1] + (runs - 1) * (index + 1) > Int(UInt32.max) { continue }
      expected[1] += (runs - 1) * (index + 1)
      let counts = try merged.counts().list
      #expect(counts == expected, "window \(index)")
    }
    #expect(try !merged.next())
  }

  @Test("more than 2^32 - 1 occurrences over several runs are bad data, not a trap")
  func tooMany() throws {
    let (bytes, count) = try Self.run([(UInt64(7), PartedCount([1 << 31]))])
    var merged = MergedWindows<UInt64>(
      [Self.memory(bytes, count), Self.memory(bytes, count)], largest: .max)
    #expect(try merged.next())
    let failure = #expect(throws: Failure.self) { try merged.counts() }
    #expect(failure?.kind == .badData)
  }

  @Test("merged runs hold what a dictionary adds up", arguments: [0, 1, 2, 3, 17, 140])
  func merging(runs: Int) throws {
    var random = SimulationRandom(seed: UInt64(runs))
    var expected: [UInt64: [Int]] = [:]
    let written = try (0..<runs).map { run -> WindowRun in
      var windows: [UInt64: [Int]] = [:]
      for _ in 0..<(run % 4 == 3 ? 0 : 200) {
        let key = UInt64.random(in: 1...900, using: &random) << (run % 2 == 0 ? 0 : 40)
        let part = Int.random(in: 0..<16, using: &random)
        let count = Int.random(in: 1...1 << 20, using: &random)
        windows[key, default: [Int](repeating: 0, count: 16)][part] += count
        expected[key, default: [Int](repeating: 0, count: 16)][part] += count
      }
      let (bytes, count) = try Self.run(
        windows.keys.sorted().map { ($0, PartedCount(windows[$0] ?? [])) })
      return Self.memory(bytes, count)
    }
    var merged = MergedWindows<UInt64>(written, largest: .max)
    var last: UInt64 = 0
    while try merged.next() {
      #expect(merged.key > last)
      let counts = try merged.counts().list
      #expect(expected.removeValue(forKey: merged.key) == counts)
      last = merged.key
    }
    #expect(expected.isEmpty)
    #expect(try !merged.next(), "the end is the end")
  }
}
