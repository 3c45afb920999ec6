import Foundation
import Synchronization
import Testing

@testable import Files

@Suite(.serialized) struct DownloadTests {
  private let folder: TemporaryFolder
  private let content = (0..<200_000).map { UInt8(truncatingIfNeeded: ($0 &* $0) >> 5) }
  private let sha256: String
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("corpus.tar.gz")
    sha256 = try Checksum.sha256(ofFile: folder.put(content, "original"))
    unlink(folder.file("original"))
  }

  private func server(
    _ change: (inout HTTPServer.Behaviour) -> Void = { _ in }
  ) throws -> HTTPServer {
    var behaviour = HTTPServer.Behaviour(content: content)
    change(&behaviour)
    return try HTTPServer(behaviour)
  }

  private func download(_ address: String) throws -> Download {
    try Download(address: address, size: content.count, sha256: sha256, to: path)
  }

  @Test("a file is fetched, checked and named, and told about")
  func whole() throws {
    let server = try server()
    var told: [Int] = []
    try download(server.address).run { told.append($0) }
    #expect(try contents(path) == content)
    #expect(folder.names == ["corpus.tar.gz"])
    #expect(told.first == 0 && told.last == content.count)
    try download(server.address).run()
    #expect(server.requests.withLock { $0.count } == 1)
  }

  @Test("an interrupted download goes on where it ended")
  func resumes() throws {
    let server = try server { $0.cutAfter = 70_000 }
    for kept in [70_000, 140_000] {
      expectFailure(.inputOutput, server.address, "after \(kept) of 200000", "run again") {
        try download(server.address).run()
      }
      #expect(folder.names == ["corpus.tar.gz.part"])
    }
    try download(server.address).run()
    #expect(try contents(path) == content)
    #expect(folder.names == ["corpus.tar.gz"])
    #expect(
      server.requests.withLock { $0.map { String($0.split(separator: " ").last ?? "") } }
        == ["whole", "bytes=70000-", "bytes=140000-"])
  }

  @Test("a part that is complete is only checked")
  func completePart() throws {
    try folder.put(content, "corpus.tar.gz.part")
    try download("http://127.0.0.1:9/never-asked").run()
    #expect(try contents(path) == content)
  }

  @Test("a server without ranges starts over")
  func noRanges() throws {
    let server = try server { $0.knowsRanges = false }
    try folder.put(content[..<1000], "corpus.tar.gz.part")
    try download(server.address).run()
    #expect(try contents(path) == content)
  }

  @Test("a part of something else is noticed, and the whole fetched once more")
  func stalePart() throws {
    for part in [[UInt8](repeating: 9, count: 5000), content + [1], content.reversed()] {
      let server = try server()
      try folder.put(part, "corpus.tar.gz.part")
      try download(server.address).run()
      #expect(try contents(path) == content)
      #expect(folder.names == ["corpus.tar.gz"])
      unlink(path)
    }
  }

  @Test("wrong content, too little and too much are bad data and leave no bytes to go on from")
  func wrongContent() throws {
    for wrong in [content.reversed(), Array(content.dropLast()), content + [1], []] {
      let server = try server { $0.content = wrong }
      expectFailure(.badData, server.address, "changed") {
        try download(server.address).run()
      }
      #expect(folder.names.isEmpty)
    }
  }

  @Test("an absent file, a failing server and no server are told apart")
  func unreachable() throws {
    let absent = try server { $0.status = "404 Not Found" }
    expectFailure(.missingInput, absent.address, "does not exist") {
      try download(absent.address).run()
    }
    let failing = try server { $0.status = "503 Service Unavailable" }
    expectFailure(.inputOutput, failing.address, "503") { try download(failing.address).run() }
    expectFailure(.inputOutput, "cannot connect", "on-line") {
      try download("http://127.0.0.1:1/file").run()
    }
    expectFailure(.inputOutput, "no-such-host.invalid", "on-line") {
      try download("http://no-such-host.invalid/file").run()
    }
    #expect(!folder.names.contains("corpus.tar.gz"))
  }

  @Test("file addresses work, also from a part")
  func fileAddress() throws {
    try folder.put(content, "there")
    try download("file://\(folder.file("there"))").run()
    #expect(try contents(path) == content)
    unlink(path)
    try folder.put(content[..<12_345], "corpus.tar.gz.part")
    try download("file://\(folder.file("there"))").run()
    #expect(try contents(path) == content)
    unlink(path)
    expectFailure(.missingInput, "absent") {
      try download("file://\(folder.file("absent"))").run()
    }
  }

  @Test("an absent curl, a missing folder and another file in place are named")
  func places() throws {
    expectFailure(.programAbsent, "no-such-curl", "install it") {
      try download("http://127.0.0.1:1/file").run(program: "no-such-curl")
    }
    try folder.put([1, 2], "corpus.tar.gz")
    expectFailure(.cannotWrite, path, "move it away") {
      try download("http://127.0.0.1:1/file").run()
    }
    expectFailure(.cannotWrite, "create the folder") {
      try Download(
        address: "http://127.0.0.1:1/", size: 0, sha256: sha256, to: folder.file("no/file")
      ).run()
    }
    let held = try PartialFile(path: folder.file("held.part"))
    expectFailure(.cannotWrite, "another download") {
      try Download(address: "http://a/", size: 1, sha256: sha256, to: folder.file("held")).run()
    }
    #expect(held.size == 0)
  }

  @Test("an error of the progress call ends the download and keeps the part")
  func cancelled() throws {
    struct Enough: Error {}
    let server = try server()
    try folder.put(content[..<10], "corpus.tar.gz.part")
    #expect(throws: Enough.self) {
      try download(server.address).run { _ in throw Enough() }
    }
    #expect(try contents(path + ".part") == Array(content[..<10]))
  }

  @Test("nonsense is a usage failure")
  func usage() {
    for (address, size, sum, part) in [
      ("gopher://a", 1, sha256, "gopher"), ("-o/etc/x", 1, sha256, "address"),
      ("http://a", -1, sha256, "negative"), ("http://a", 1, "abc", "64 hexadecimal"),
    ] {
      expectFailure(.usage, part) {
        _ = try Download(address: address, size: size, sha256: sum, to: path)
      }
    }
  }
}
