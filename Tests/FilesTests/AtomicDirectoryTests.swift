import Foundation
import Testing

@testable import Files

@Suite struct AtomicDirectoryTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func fill(_ directory: AtomicDirectory, _ text: String) throws {
    try AtomicFile.write(text, to: "\(directory.partialPath)/a")
    mkdir("\(directory.partialPath)/inner", 0o777)
    try AtomicFile.write(text, to: "\(directory.partialPath)/inner/b")
  }

  @Test("a folder appears whole at its commit", arguments: ["", "/", "//"])
  func commits(suffix: String) throws {
    let directory = try AtomicDirectory(path: folder.file("run") + suffix)
    try fill(directory, "one")
    #expect(!folder.names.contains("run"))
    #expect(directory.partialPath.hasPrefix(folder.file("run.partial-")))
    try directory.commit()
    #expect(folder.names == ["run"])
    #expect(try contents(folder.file("run/inner/b")) == Array("one".utf8))
  }

  @Test("an abandoned folder leaves nothing, and removal follows no links")
  func abandoned() throws {
    try folder.put([1], "kept")
    do {
      let directory = try AtomicDirectory(path: folder.file("run"))
      try fill(directory, "one")
      symlink(folder.path, "\(directory.partialPath)/link")
    }
    #expect(folder.names == ["kept"])
  }

  @Test("a folder that holds something is not replaced unless asked")
  func refuses() throws {
    mkdir(folder.file("run"), 0o777)
    let early = try AtomicDirectory(path: folder.file("run"))
    try fill(early, "one")
    try early.commit()
    expectFailure(.cannotWrite, folder.file("run"), "File exists; remove it or choose another name")
    {
      _ = try AtomicDirectory(path: folder.file("run"))
    }
    #expect(folder.names == ["run"])
    let next = try AtomicDirectory(path: folder.file("run"), replacing: true)
    try AtomicFile.write("two", to: "\(next.partialPath)/c")
    try next.commit()
    #expect(folder.names == ["run"])
    #expect(try folderEntries(folder.file("run")).map(\.name) == ["c"])
  }

  @Test("a folder that appears meanwhile is not replaced")
  func lateRival() throws {
    let directory = try AtomicDirectory(path: folder.file("run"))
    try fill(directory, "one")
    mkdir(folder.file("run"), 0o777)
    try folder.put([1], "run/rival")
    expectFailure(.cannotWrite, folder.file("run"), "File exists; remove it or choose another name")
    { try directory.commit() }
    #expect(folder.names == ["run"])
    #expect(try folderEntries(folder.file("run")).map(\.name) == ["rival"])
  }

  @Test("a file in the way and a missing parent are named")
  func badPlaces() throws {
    try folder.put([1], "file")
    expectFailure(.cannotWrite, folder.file("file"), "remove it") {
      _ = try AtomicDirectory(path: folder.file("file"), replacing: true)
    }
    expectFailure(.cannotWrite, "create the folder \(folder.file("absent"))") {
      _ = try AtomicDirectory(path: folder.file("absent/run"))
    }
  }
}
