import Determinism
import Files

/// One input of a corpus: something with a name that can be opened once.
public struct CorpusSource: Sendable {
  /// What reports and messages call it: the last component of a path.
  public let name: String
  /// Its size in bytes as they will be read; nil where that is unknown (packed files, pipes).
  public let size: Int?

  /// What error messages call it: the whole path.
  let place: String

  private let openBody: @Sendable () throws -> any ByteSource

  /// An input of any kind.
  public init(
    name: String, size: Int? = nil, open: @escaping @Sendable () throws -> any ByteSource
  ) {
    self.init(name: name, place: name, size: size, open: open)
  }

  private init(
    name: String, place: String, size: Int?,
    open: @escaping @Sendable () throws -> any ByteSource
  ) {
    self.name = name
    self.place = place
    self.size = size
    openBody = open
  }

  /// A file, plain or gzip, a named pipe, or `-` for standard input.
  ///
  /// - Throws: `Failure` of kind `missingInput` where nothing can be read there, so that a missing
  ///   last input is noticed before the first is read.
  public init(path: String) throws {
    if path == "-" {
      self.init(name: "standard input") { StandardInputSource() }
      return
    }
    var size: Int?
    if FileSystem.isDirectory(path) || !FileSystem.exists(path) {
      _ = try FileSource(path: path)  // throws, saying which
    }
    // A pipe has size 0 and must not be opened twice.
    if let known = FileSystem.size(path), known > 0 {
      let head = try FileSource(path: path).readHead(2)
      if head != [0x1F, 0x8B] { size = known }
    }
    let name = FileSystem.lastName(of: path)
    self.init(name: name, place: path, size: size) { try openSource(path) }
  }

  /// Opens the input.
  func open() throws -> any ByteSource { try openBody() }
}

extension FileSource {
  /// The first bytes, at most `count`.
  fileprivate func readHead(_ count: Int) throws -> [UInt8] {
    var head = [UInt8](repeating: 0, count: count)
    let found = try head.withUnsafeMutableBytes { try read(into: $0) }
    return Array(head.prefix(found))
  }
}

/// Passes bytes on while it computes their digest and reports how far it came.
final class ObservedSource: ByteSource {
  let name: String
  private let source: any ByteSource
  private let afterRead: (Int) throws -> Void
  private(set) var hash = StableHash()

  /// Observes a source; `afterRead` is told the number of bytes of each read, and may throw.
  init(_ source: any ByteSource, name: String, afterRead: @escaping (Int) throws -> Void) {
    self.source = source
    self.name = name
    self.afterRead = afterRead
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try source.read(into: buffer)
    hash.combine(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    try afterRead(count)
    return count
  }
}
