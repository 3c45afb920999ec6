import Foundation
import Testing

@testable import Files

/// An empty folder that goes away with the object.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = "\(NSTemporaryDirectory())/dgflow-tests-\(temporarySuffix())"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { removeTree(path) }

  /// The path of a name inside.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file with plain means, not those under test.
  @discardableResult
  func put(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
    try Data(bytes).write(to: URL(filePath: file(name)))
    return file(name)
  }

  /// The names inside, sorted, hidden ones included.
  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

/// All bytes of a file, by plain means.
func contents(_ path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(filePath: path)))
}

/// The path of a golden file.
func fixture(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path
}

/// Expects a failure of a kind whose one-line message holds all the given parts.
func expectFailure(
  _ kind: Failure.Kind, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no failure; expected \(kind)", sourceLocation: sourceLocation)
  } catch let failure as Failure {
    #expect(failure.kind == kind, "\(failure)", sourceLocation: sourceLocation)
    for part in parts {
      #expect(
        failure.message.contains(part), "\(failure) lacks \(part)", sourceLocation: sourceLocation)
    }
    #expect(!failure.message.contains("\n"), sourceLocation: sourceLocation)
  } catch {
    Issue.record("\(error) is no Failure", sourceLocation: sourceLocation)
  }
}

/// A sink that fails once it holds too many bytes, or on finishing.
final class FailingSink: ByteSink {
  private let sink: FileSink
  private let limit: Int
  private let finishes: Bool
  private var count = 0

  init(_ path: String, limit: Int, finishes: Bool = true) throws {
    sink = try FileSink(creating: path)
    self.limit = limit
    self.finishes = finishes
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(limit - count))
    try sink.write(part)
    count += part.count
    guard part.count == bytes.count else { throw Failure.writing(sink.path, ENOSPC) }
  }

  func overwrite(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    try sink.overwrite(bytes, at: offset)
  }

  func finish() throws {
    guard finishes else { throw Failure.writing(sink.path, EIO) }
    try sink.finish()
  }
}
