import Foundation
import Testing

/// Programs that dgflow runs (curl, gzip, sha256sum) and downloads, from a server on the loopback.
@Suite struct DownloadTests {
  private let scratch: Scratch
  private let content = (0..<300_000).map { UInt8(truncatingIfNeeded: ($0 &* $0) >> 7) }

  init() throws {
    scratch = try Scratch()
    try scratch.write(content, to: "original")
  }

  /// Writes a manifest with one corpus, `words`.
  private func manifest(
    _ address: String, bytes: Int? = nil, sha256: String? = nil
  ) throws {
    let sum = try Tool.shell("sha256sum original", folder: scratch.folder).output.prefix(64)
    let text = """
      version: 1
      corpora:
        - name: words
          title: Some words
          address: \(address)
          bytes: \(bytes ?? content.count)
          sha256: \(sha256 ?? String(sum))
          licence: Ours.
      """
    try scratch.write(text.utf8, to: "manifest.yml")
  }

  private func download(
    _ options: String = "", environment: [String: String] = [:]
  ) throws -> Tool.Outcome {
    let variables = ["no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"]
    return try Tool.shell(
      "dgflow corpus download words --manifest manifest.yml \(options)", folder: scratch.folder,
      environment: variables.merging(environment) { $1 })
  }

  private func expectFailure(
    _ outcome: Tool.Outcome, _ status: Int32, _ fragments: String...,
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: location)
    #expect(outcome.output == "", sourceLocation: location)
    expectErrorLine(outcome, fragments, onlyLine: false, at: location)
  }

  @Test("a file address is copied, checked and named after the archive")
  func localFile() throws {
    try FileManager.default.createDirectory(
      atPath: scratch.path("there"), withIntermediateDirectories: false)
    try scratch.write(content, to: "there/words.tar.gz")
    try manifest("file://\(scratch.path("there/words.tar.gz"))")
    let outcome = try download()
    #expect(outcome.status == 0 && outcome.output == "", "\(outcome.errors)")
    #expect(outcome.errors.contains("Licence: Ours."))
    #expect(outcome.errors.contains("words.tar.gz: size and SHA-256 are right"))
    #expect(try scratch.bytes("words.tar.gz") == content)
    // A file that is there already is left alone; --quiet says nothing.
    let again = try download("--quiet")
    #expect(again.status == 0 && again.errors == "")
  }

  @Test("a download that breaks off is told, kept, and gone on with")
  func resumed() throws {
    let server = try LoopbackServer(content)
    try manifest(server.address)
    server.cutAfter.withLock { $0 = 100_000 }
    for kept in [100_000, 200_000] {
      expectFailure(
        try download("--output words.tgz"), 74, "after \(kept) of 300000 bytes", "run again")
      #expect(scratch.names() == ["manifest.yml", "original", "words.tgz.part"])
    }
    #expect(try download("--output words.tgz").status == 0)
    #expect(try scratch.bytes("words.tgz") == content)
    #expect(scratch.names() == ["manifest.yml", "original", "words.tgz"])
    #expect(server.ranges.withLock { $0 } == ["whole", "bytes=100000-", "bytes=200000-"])
  }

  @Test("a wrong checksum or size is bad data, and no file gets the name")
  func wrongContents() throws {
    let server = try LoopbackServer(content)
    let wrong = String(repeating: "0", count: 64)
    try manifest(server.address, sha256: wrong)
    expectFailure(try download("--output w"), 65, wrong, "SHA-256")
    try manifest(server.address, bytes: content.count + 1)
    expectFailure(try download("--output w"), 65, "300000", "300001")
    try manifest(server.address, bytes: content.count - 1)
    expectFailure(try download("--output w"), 65, "299999")
    #expect(scratch.names() == ["manifest.yml", "original"])

    // Someone else's file is not written over.
    try manifest(server.address)
    try scratch.write("mine".utf8, to: "w")
    expectFailure(try download("--output w"), 73, "w exists", "move it away")
    #expect(try scratch.bytes("w") == Array("mine".utf8))
  }

  @Test("off-line, a missing file and a missing program have their own status")
  func unreachable() throws {
    let closed = try LoopbackServer.closedAddress()
    try manifest(closed)
    expectFailure(try download(), 74, "cannot connect", closed, "on-line")
    try manifest("file://\(scratch.path("nowhere"))")
    expectFailure(try download(), 66, "does not exist")
    try manifest("gopher://127.0.0.1/words")
    expectFailure(try download(), 64, "gopher")
    #expect(scratch.names() == ["manifest.yml", "original"])
    try manifest(closed)
    expectFailure(try download(environment: ["PATH": Workshop.bin]), 69, "curl", "PATH")
    #expect(scratch.names() == ["manifest.yml", "original"])
  }

  @Test("without gzip, packed text is refused with the program's name and plain text is read")
  func withoutGzip() throws {
    let bare = ["PATH": try Workshop.bin]
    let packed = try Tool.shell("gzip -c $text > text.gz", folder: scratch.folder)
    #expect(packed.status == 0)
    expectError(
      try Tool.shell(
        "dgflow corpus prepare text.gz --output x", folder: scratch.folder, environment: bare), 69,
      "gzip", "install")
    #expect(!scratch.names().contains("x"))
    #expect(
      try Tool.shell(
        "dgflow corpus prepare $text --output x", folder: scratch.folder, environment: bare
      ).status == 0)
  }

  @Test(
    "a manifest that makes no sense is bad data",
    arguments: [
      "", "version: 2\ncorpora: []", "corpora: []", "version: 1\ncorpora: 7",
      "version: 1\ncorpora:\n  - name: words", "version: 1\ncorpora: [",
    ])
  func manifests(text: String) throws {
    try scratch.write(text.utf8, to: "manifest.yml")
    expectError(try download(), 65, "manifest.yml")
  }
}
