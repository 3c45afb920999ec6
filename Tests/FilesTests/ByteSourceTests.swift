import Foundation
import Testing

@testable import Files

@Suite struct ByteSourceTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Packs bytes with the `gzip` program.
  private func packed(_ bytes: [UInt8], _ name: String) throws -> [UInt8] {
    let plain = try folder.put(bytes, "\(name).plain")
    return try ChildProcess.run("gzip", ["-cn"], standardInput: .file(plain)).standardOutput
  }

  @Test("a file is read as it is")
  func file() throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let path = try folder.put(bytes, "a")
    #expect(try FileSource(path: path).readAll() == bytes)
    #expect(try openSource(path).readAll() == bytes)
    #expect(try openSource(path).name == path)
    #expect(try openSource(folder.put([], "empty")).readAll().isEmpty)
    #expect(try openSource(folder.put([0x1F], "short")).readAll() == [0x1F])
  }

  @Test("memory is read in portions", arguments: [1, 2, 3, 100])
  func memory(portion: Int) throws {
    let source = MemorySource([1, 2, 3, 4, 5], name: "five", portion: portion)
    #expect(try source.readAll() == [1, 2, 3, 4, 5])
    #expect(try source.readAll().isEmpty)
    expectFailure(.badData, "five", "4 bytes") {
      _ = try MemorySource([1, 2, 3, 4, 5], name: "five", portion: portion).readAll(limit: 4)
    }
  }

  @Test("a packed file is unpacked whatever its name, at any size")
  func gzip() throws {
    for count in [0, 1, 70_000, 1_000_000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* $0) >> 3) }
      let path = try folder.put(try packed(bytes, "a"), "-oddly named")
      let source = try openSource(path)
      #expect(source is GzipSource)
      #expect(try source.readAll() == bytes)
      #expect(try source.readAll().isEmpty)
    }
  }

  @Test("several packed members are one stream")
  func members() throws {
    let path = try folder.put(try packed([1, 2], "a") + packed([3], "b"), "two.gz")
    #expect(try openSource(path).readAll() == [1, 2, 3])
  }

  @Test("a packed file that ends early is bad data at every length")
  func truncatedGzip() throws {
    let whole = try packed(Array("a few words, a few words, and others\n".utf8), "a")
    for length in 2..<whole.count {
      let path = try folder.put(whole[..<length], "cut.gz")
      expectFailure(.badData, path, "not a whole gzip file") {
        _ = try openSource(path).readAll()
      }
    }
  }

  @Test("a changed checksum, changed data and trailing garbage are bad data")
  func corruptGzip() throws {
    let whole = try packed((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* $0) }, "a")
    for position in [2, whole.count / 2, whole.count - 8, whole.count - 1] {
      var changed = whole
      changed[position] ^= 0x55
      let path = try folder.put(changed, "changed.gz")
      expectFailure(.badData, path, "gzip says") { _ = try openSource(path).readAll() }
    }
    let path = try folder.put(whole + [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], "more.gz")
    expectFailure(.badData, path) { _ = try openSource(path).readAll() }
  }

  @Test("leaving a packed file halfway ends the child")
  func abandonedGzip() throws {
    let path = try folder.put(try packed([UInt8](repeating: 1, count: 5_000_000), "a"), "a.gz")
    for _ in 0..<20 {
      let source = try openSource(path)
      var scratch = [UInt8](repeating: 0, count: 10)
      #expect(try scratch.withUnsafeMutableBytes { try source.read(into: $0) } > 0)
    }
  }

  @Test("absent, unreadable and wrong inputs are named")
  func badInputs() throws {
    for open in [openSource, { try FileSource(path: $0) }, { try GzipSource(path: $0) }]
      as [(String) throws -> any ByteSource]
    {
      expectFailure(.missingInput, folder.file("absent"), "No such file", "check the path") {
        _ = try open(folder.file("absent"))
      }
      expectFailure(.missingInput, folder.path, "is a folder") { _ = try open(folder.path) }
      let file = try folder.put([1], "file")
      expectFailure(.missingInput, "Not a directory") { _ = try open("\(file)/inner") }
      if getuid() != 0 {
        chmod(file, 0)
        expectFailure(.missingInput, file, "Permission denied") { _ = try open(file) }
        chmod(file, 0o600)
      }
    }
  }

  #if compiler(>=6.2)  // exit tests came with Swift 6.2
    @Test("standard input is read to its end, and packed bytes there are refused")
    func standardInput() async throws {
      #expect(try openSource("-").name == "standard input")
      await #expect(processExitsWith: .success) {
        let folder = try TemporaryFolder()
        let plain = try folder.put([5, 6, 7], "plain")
        let magic = try folder.put([0x1F, 0x8B, 8], "magic")
        dup2(open(plain, O_RDONLY), 0)
        guard try openSource("-").readAll() == [5, 6, 7] else { exit(2) }
        dup2(open(magic, O_RDONLY), 0)
        do {
          _ = try openSource("-").readAll()
          exit(3)
        } catch let failure as Failure {
          guard failure.kind == .badData, failure.message.contains("gzip -dc") else { exit(4) }
        }
        removeTree(folder.path)
        exit(0)
      }
    }
  #endif

  @Test("a mapped file holds the file's bytes")
  func mapped() throws {
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
    let file = try MappedFile(path: folder.put(bytes, "a"))
    #expect(file.withBytes { Array($0) } == bytes)
    #expect(try MappedFile(path: folder.put([], "b")).bytes.isEmpty)
    expectFailure(.missingInput, "absent") { _ = try MappedFile(path: folder.file("absent")) }
    expectFailure(.missingInput, "is a folder") { _ = try MappedFile(path: folder.path) }
    expectFailure(.missingInput, "/dev/null", "not a regular file") {
      _ = try MappedFile(path: "/dev/null")
    }
  }
}
