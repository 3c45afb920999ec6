import Foundation
import Testing

@testable import Files

@Suite("Files read at any place")
struct RandomAccessFileTests {
  private func read(_ file: RandomAccessFile, _ count: Int, at offset: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: count)
    let done = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
    #expect(bytes[done...].allSatisfy { $0 == 0xEE }, "nothing is written behind what was read")
    return Array(bytes[..<done])
  }

  @Test("any part is read, and no more than there is")
  func parts() throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let path = try folder.put(bytes, "bytes")
    let file = try RandomAccessFile(path: path)
    #expect(file.name == path)
    #expect(try file.size() == 1_000)
    for (offset, count) in [
      (0, 1_000), (0, 0), (13, 400), (999, 1), (500, 900), (1_000, 5), (9_999, 5),
    ] {
      let end = min(1_000, offset + count)
      #expect(
        try read(file, count, at: offset) == (offset < end ? Array(bytes[offset..<end]) : []),
        "\(count) from \(offset)")
    }
  }

  @Test("several threads read at once without disturbing each other")
  func threads() async throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }
    let file = try RandomAccessFile(path: try folder.put(bytes, "bytes"))
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          var isRight = true
          for step in 0..<200 {
            let offset = (task * 4_999 + step * 191) % 39_000
            var part = [UInt8](repeating: 0, count: 1_000)
            _ = try part.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
            isRight = isRight && part.elementsEqual(bytes[offset..<offset + 1_000])
          }
          return isRight
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }

  @Test("a temporary file has no name, and holds what is written at any place")
  func temporary() throws {
    let folder = try TemporaryFolder()
    let file = try RandomAccessFile(temporaryIn: folder.path)
    #expect(folder.names.isEmpty)
    #expect(file.name == "a temporary file in \(folder.path)")
    #expect(try file.size() == 0)
    try ([7, 8, 9] as [UInt8]).withUnsafeBytes { try file.write($0, at: 2) }
    try ([5] as [UInt8]).withUnsafeBytes { try file.write($0, at: 3) }
    try [UInt8]().withUnsafeBytes { try file.write($0, at: 90) }
    #expect(try file.size() == 5)
    #expect(try read(file, 99, at: 0) == [0, 0, 7, 5, 9])
    let other = try RandomAccessFile(temporaryIn: folder.path)
    #expect(try other.size() == 0)
  }

  @Test("what cannot be opened fails by its name")
  func failures() throws {
    let folder = try TemporaryFolder()
    let absent = folder.file("absent")
    expectFailure(.missingInput, absent) { _ = try RandomAccessFile(path: absent) }
    expectFailure(.missingInput, folder.path) { _ = try RandomAccessFile(path: folder.path) }
    expectFailure(.cannotWrite, absent) { _ = try RandomAccessFile(temporaryIn: absent) }
    // A file that was opened for reading is not written to.
    let path = try folder.put([1, 2, 3], "bytes")
    let file = try RandomAccessFile(path: path)
    expectFailure(.cannotWrite, path) {
      try ([5] as [UInt8]).withUnsafeBytes { try file.write($0, at: 0) }
    }
    #expect(try contents(path) == [1, 2, 3])
  }

  @Test("a plain file is regular, a folder, a device and nothing are not")
  func regularFiles() throws {
    let folder = try TemporaryFolder()
    #expect(FileSystem.isRegularFile(try folder.put([1], "bytes")))
    #expect(!FileSystem.isRegularFile(folder.path))
    #expect(!FileSystem.isRegularFile("/dev/null"))
    #expect(!FileSystem.isRegularFile(folder.file("absent")))
  }
}
