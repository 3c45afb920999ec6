import Foundation
import Testing

@testable import Files

@Suite struct AtomicFileTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test(
    "what is written is what is read, and nothing else is left",
    arguments: [0, 1, 1000, 1 << 18, (1 << 18) + 1, 1 << 20])
  func roundTrip(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try AtomicFile.write(bytes, to: folder.file("a"))
    #expect(try contents(folder.file("a")) == bytes)
    #expect(folder.names == ["a"])
  }

  @Test("pieces of any size make one file", arguments: [1, 7, 100_000, 300_000])
  func pieces(size: Int) throws {
    let writer = try AtomicFile.Writer(path: folder.file("a"))
    var expected: [UInt8] = []
    for round in 0..<9 {
      let piece = [UInt8](repeating: UInt8(round), count: size)
      try writer.write(piece)
      expected += piece
      #expect(writer.count == expected.count)
    }
    try writer.write("end ë")
    try writer.overwrite([9, 9], at: 1)
    expected += Array("end ë".utf8)
    expected.replaceSubrange(1..<3, with: [9, 9])
    #expect(folder.names.count == 1 && folder.names != ["a"])
    try writer.commit()
    #expect(try contents(folder.file("a")) == expected)
    #expect(folder.names == ["a"])
  }

  @Test("a file that is there is replaced and keeps its permissions")
  func replaces() throws {
    try folder.put([1], "a")
    chmod(folder.file("a"), 0o640)
    try AtomicFile.write("new", to: folder.file("a"))
    #expect(try contents(folder.file("a")) == Array("new".utf8))
    var status = stat()
    stat(folder.file("a"), &status)
    #expect(status.st_mode & 0o7777 == 0o640)
  }

  @Test("a symbolic link stays and its target is replaced")
  func followsLinks() throws {
    try folder.put([1], "target")
    symlink("target", folder.file("link"))
    try AtomicFile.write("new", to: folder.file("link"))
    #expect(try contents(folder.file("target")) == Array("new".utf8))
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link")) == "target")
    #expect(folder.names == ["link", "target"])
  }

  @Test("an abandoned or cancelled file leaves nothing")
  func abandoned() throws {
    do { try AtomicFile.Writer(path: folder.file("a")).write("half") }
    #expect(folder.names.isEmpty)
    let writer = try AtomicFile.Writer(path: folder.file("a"))
    try writer.write([UInt8](repeating: 0, count: 1 << 20))
    writer.cancel()
    writer.cancel()
    #expect(folder.names.isEmpty)
  }

  @Test(
    "a disk that fills up at any byte leaves the old file and says what to do",
    arguments: [0, 1, 5, 299_999])
  func fullDisk(limit: Int) throws {
    try folder.put([1, 2], "a")
    let path = folder.file("a")
    expectFailure(.cannotWrite, "cannot write \(path): ", "free some space") {
      let writer = try AtomicFile.Writer(path: path) { try FailingSink($0, limit: limit) }
      for _ in 0..<3 { try writer.write([UInt8](repeating: 7, count: 100_000)) }
      try writer.commit()
    }
    #expect(folder.names == ["a"])
    #expect(try contents(path) == [1, 2])
  }

  @Test("a failure on the last flush leaves the old file")
  func failingFinish() throws {
    try folder.put([1, 2], "a")
    expectFailure(.cannotWrite, folder.file("a")) {
      let writer = try AtomicFile.Writer(path: folder.file("a")) {
        try FailingSink($0, limit: 100, finishes: false)
      }
      try writer.write("x")
      try writer.commit()
    }
    #expect(folder.names == ["a"])
    #expect(try contents(folder.file("a")) == [1, 2])
  }

  @Test("a device that is full fails as a full disk does")
  func fullDevice() throws {
    let sink = try FileSink(appendingTo: "/dev/full")
    expectFailure(.cannotWrite, "/dev/full", "No space left", "free some space") {
      try [UInt8](repeating: 0, count: 10).withUnsafeBytes { try sink.write($0) }
    }
  }

  #if compiler(>=6.2)  // exit tests came with Swift 6.2
    @Test("a file size limit is a failure, not a signal, and leaves nothing")
    func fileSizeLimit() async {
      await #expect(processExitsWith: .success) {
        let folder = try TemporaryFolder()
        var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
        setrlimit(Int32(RLIMIT_FSIZE.rawValue), &limit)
        do {
          try AtomicFile.write([UInt8](repeating: 0, count: 5000), to: folder.file("a"))
          exit(2)
        } catch let failure as Failure {
          guard failure.kind == .cannotWrite, failure.message.contains("ulimit -f"),
            folder.names.isEmpty
          else { exit(3) }
        }
        removeTree(folder.path)
        exit(0)
      }
    }
  #endif

  @Test("places that cannot hold a file are named")
  func badPlaces() throws {
    expectFailure(.cannotWrite, "absent/a", "create the folder \(folder.file("absent"))") {
      try AtomicFile.write("x", to: folder.file("absent/a"))
    }
    expectFailure(.cannotWrite, folder.path, "a folder stands there") {
      try AtomicFile.write("x", to: folder.path)
    }
    expectFailure(.cannotWrite, "/dev/null", "device") {
      try AtomicFile.write("x", to: "/dev/null")
    }
    expectFailure(.cannotWrite, "without a name") { try AtomicFile.write("x", to: "") }
    expectFailure(.cannotWrite, "File name too long") {
      try AtomicFile.write("x", to: folder.file(String(repeating: "n", count: 300)))
    }
    #expect(folder.names.isEmpty)
  }

  @Test("a name of the greatest length works")
  func longestName() throws {
    let name = String(repeating: "n", count: 255)
    try AtomicFile.write("x", to: folder.file(name))
    #expect(folder.names == [name])
  }
}
