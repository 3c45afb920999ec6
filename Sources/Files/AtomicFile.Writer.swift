import Glibc

extension AtomicFile {
  /// Writes a file piece by piece; it appears at `commit()` or never.
  ///
  /// Small pieces are gathered, so appending line by line is cheap. Not safe to share between
  /// threads.
  public final class Writer {
    /// The path that the file will have.
    public let path: String
    /// How many bytes were written so far.
    public private(set) var count = 0

    private let target: String
    private let temporary: String
    private var sink: (any ByteSink)?
    private var gathered: [UInt8] = []
    private let mode: mode_t?

    private static let gatherLimit = 1 << 18

    /// Starts a file.
    ///
    /// - Parameters:
    ///   - path: where it will appear; a symbolic link is followed, so that the link stays.
    ///   - sink: what makes the temporary file's sink; the default writes a real file.
    /// - Throws: ``Failure`` of kind `cannotWrite` when a folder or a device stands at the path, or
    ///   when the temporary file cannot be made.
    public init(path: String, sink factory: SinkFactory = AtomicFile.fileSink) throws {
      self.path = path
      guard !path.isEmpty else {
        throw Failure(.cannotWrite, "cannot write a file without a name; give a path")
      }
      var status = stat()
      if stat(path, &status) == 0 {
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw Failure.writing(path, EISDIR)
        default:
          throw Failure(
            .cannotWrite, "cannot write \(path): it is a device or a pipe; choose a file's name")
        }
        mode = status.st_mode & 0o7777
        target = try Self.resolved(path)
      } else {
        mode = nil
        target = path
      }
      // The name is cut so that the temporary one stays within the file system's limit.
      let stem = String(decoding: lastComponent(of: target).utf8.prefix(200), as: UTF8.self)
      temporary = "\(folder(of: target))/.\(stem).partial-\(temporarySuffix())"
      do {
        sink = try factory(temporary)
      } catch {
        unlink(temporary)
        throw renamed(error)
      }
    }

    deinit { cancel() }

    /// Appends bytes.
    ///
    /// - Throws: ``Failure`` of kind `cannotWrite`; the file is then abandoned.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
      precondition(sink != nil, "AtomicFile.Writer.write: \(path) is committed or cancelled")
      count += bytes.count
      if gathered.count + bytes.count <= Self.gatherLimit {
        gathered.append(contentsOf: bytes)
        return
      }
      try flush()
      if bytes.count >= Self.gatherLimit {
        try attempt { try $0.write(bytes) }
      } else {
        gathered.append(contentsOf: bytes)
      }
    }

    /// Appends bytes.
    public func write(_ bytes: [UInt8]) throws {
      try bytes.withUnsafeBytes { try write($0) }
    }

    /// Appends a text's UTF-8.
    public func write(_ text: String) throws {
      var text = text
      try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    /// Replaces bytes written before, for a header that is known only at the end.
    ///
    /// - Precondition: `offset + bytes.count ≤ count`.
    public func overwrite(_ bytes: [UInt8], at offset: Int) throws {
      precondition(
        offset >= 0 && offset + bytes.count <= count,
        "AtomicFile.Writer.overwrite: bytes \(offset)..<\(offset + bytes.count) of \(count)")
      try flush()
      try attempt { sink in try bytes.withUnsafeBytes { try sink.overwrite($0, at: offset) } }
    }

    /// Brings the file to the disk and gives it its name.
    ///
    /// - Throws: ``Failure`` of kind `cannotWrite`; nothing is left behind and a file that was at
    ///   the path is untouched.
    public func commit() throws {
      precondition(sink != nil, "AtomicFile.Writer.commit: \(path) is committed or cancelled")
      try flush()
      if let mode { _ = chmod(temporary, mode) }
      try attempt { try $0.finish() }
      guard rename(temporary, target) == 0 else {
        let code = errno
        cancel()
        throw Failure.writing(path, code)
      }
      sink = nil
      try synchronizeFolder(folder(of: target))
    }

    /// Abandons the file and removes what was written; does nothing once committed.
    public func cancel() {
      guard sink != nil else { return }
      sink = nil
      gathered = []
      unlink(temporary)
    }

    private func flush() throws {
      guard !gathered.isEmpty else { return }
      try attempt { sink in try gathered.withUnsafeBytes { try sink.write($0) } }
      gathered.removeAll(keepingCapacity: true)
    }

    /// Uses the sink; a failure abandons the file and is told about the path that the user knows.
    private func attempt(_ body: (any ByteSink) throws -> Void) throws {
      guard let sink else {
        throw Failure(.internalFault, "\(path) is written after its end")
      }
      do {
        try body(sink)
      } catch {
        cancel()
        throw renamed(error)
      }
    }

    private func renamed(_ error: any Error) -> any Error {
      guard let failure = error as? Failure else {
        return Failure(.cannotWrite, "cannot write \(path): \(error)", cause: error)
      }
      return Failure(
        failure.kind, failure.message.replacing(temporary, with: path), cause: failure.cause)
    }

    /// The path with symbolic links followed.
    private static func resolved(_ path: String) throws -> String {
      guard let real = realpath(path, nil) else { throw Failure.writing(path, errno) }
      defer { free(real) }
      return String(cString: real)
    }
  }
}
