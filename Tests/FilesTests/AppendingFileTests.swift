import Foundation
import Testing

@testable import Files

@Suite struct AppendingFileTests {
  private let folder: TemporaryFolder
  private let path: String
  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("records.jsonl")
  }

  @Test("lines are appended over several openings")
  func appends() throws {
    for round in 0..<3 {
      let file = try AppendingFile(path: path)
      #expect(file.repairedBytes == 0)
      #expect(file.count == 8 * round)
      try file.append("{\"a\":\(round)}")
      try file.synchronize()
    }
    #expect(try contents(path) == Array("{\"a\":0}\n{\"a\":1}\n{\"a\":2}\n".utf8))
  }

  @Test("a torn last line is cut off wherever it broke", arguments: 0...21)
  func repairs(length: Int) throws {
    let whole = Array("{\"a\":10}\n{}\n{\"b\":200}\n".utf8)
    try folder.put(whole[..<length], "records.jsonl")
    let file = try AppendingFile(path: path)
    let kept = whole[..<length].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    #expect(file.count == kept)
    #expect(file.repairedBytes == length - kept)
    try file.append("next")
    #expect(try contents(path) == Array(whole[..<kept]) + Array("next\n".utf8))
  }

  @Test("a torn line longer than a block is cut off", arguments: [65_535, 65_536, 200_000])
  func repairsLongLines(length: Int) throws {
    try folder.put(Array("ok\n".utf8) + [UInt8](repeating: 0x78, count: length), "records.jsonl")
    let file = try AppendingFile(path: path)
    #expect(file.count == 3)
    #expect(file.repairedBytes == length)
    #expect(try contents(path) == Array("ok\n".utf8))
  }

  @Test("records after a checkpoint can be taken back")
  func truncates() throws {
    let file = try AppendingFile(path: path)
    try file.append("one")
    let mark = file.count
    try file.append("two")
    expectFailure(.badData, "no line that ends at byte 2") { try file.truncate(to: 2) }
    try file.truncate(to: mark)
    try file.append("three")
    #expect(try contents(path) == Array("one\nthree\n".utf8))
    try file.truncate(to: 0)
    #expect(try contents(path).isEmpty)
  }

  @Test("a second writer is refused")
  func oneWriter() throws {
    let first = try AppendingFile(path: path)
    expectFailure(.cannotWrite, path, "another") { _ = try AppendingFile(path: path) }
    try first.append("x")
  }

  #if compiler(>=6.2)  // exit tests came with Swift 6.2
    @Test("a line that meets the file size limit is taken back")
    func fileSizeLimit() async {
      await #expect(processExitsWith: .success) {
        let folder = try TemporaryFolder()
        let file = try AppendingFile(path: folder.file("a"))
        try file.append("first")
        var limit = rlimit(rlim_cur: 10, rlim_max: 10)
        setrlimit(Int32(RLIMIT_FSIZE.rawValue), &limit)
        do {
          try file.append("does not fit")
          exit(2)
        } catch let failure as Failure {
          guard failure.kind == .cannotWrite, file.count == 6,
            try contents(folder.file("a")) == Array("first\n".utf8)
          else { exit(3) }
        }
        removeTree(folder.path)
        exit(0)
      }
    }
  #endif

  @Test("places that cannot hold a file are named")
  func badPlaces() throws {
    expectFailure(.cannotWrite, folder.path) { _ = try AppendingFile(path: folder.path) }
    expectFailure(.cannotWrite, "/dev/null", "regular") { _ = try AppendingFile(path: "/dev/null") }
  }
}
