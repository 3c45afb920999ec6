import Glibc

/// A child program whose output is read as it comes; never a shell in between.
///
/// Output and error output are both drained while reading or waiting, so neither side can block the
/// other on a full pipe. A child that is still running when the object goes away is ended and
/// reaped. Not safe to share between threads.
public final class ChildProcess {
  /// What a child reads.
  public enum Input {
    /// Nothing: the end at once.
    case nothing
    /// What an open file descriptor gives; the caller keeps it open during `init` only.
    case descriptor(Int32)
    /// A file.
    case file(String)
  }

  /// The name that messages use.
  public let program: String
  private let process: pid_t
  private var output: Descriptor?
  private var errors: Descriptor?
  private var errorBytes: [UInt8] = []
  private var exitStatus: Int32?

  /// The most error output that is kept; the rest is drained and dropped.
  private static let errorLimit = 1 << 16

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - program: a name that is looked up in `PATH`, or a path.
  ///   - arguments: passed as they are, without the program's own name.
  ///   - standardInput: what the child reads.
  /// - Throws: ``Failure`` of kind `programAbsent` when the program is not installed, `missingInput`
  ///   when the input file is absent, `inputOutput` when no process can be started.
  public init(_ program: String, _ arguments: [String], standardInput: Input = .nothing) throws {
    self.program = program
    let input: Descriptor?
    let inputNumber: Int32
    switch standardInput {
    case .nothing:
      input = try Descriptor(reading: "/dev/null")
      inputNumber = input?.value ?? -1
    case .file(let path):
      input = try Descriptor(reading: path)
      inputNumber = input?.value ?? -1
    case .descriptor(let number):
      input = nil
      inputNumber = number
    }
    let started = try Self.starting.withLock { _ in
      let pipes = (output: try Pipe(), errors: try Pipe())
      let process = try withExtendedLifetime(input) {
        try Self.spawn(
          program, arguments,
          descriptors: [inputNumber, pipes.output.writeEnd.value, pipes.errors.writeEnd.value])
      }
      return (process: process, output: pipes.output.readEnd, errors: pipes.errors.readEnd)
    }
    process = started.process
    output = started.output
    errors = started.errors
  }

  deinit {
    guard exitStatus == nil else { return }
    kill(process, SIGKILL)
    var status: Int32 = 0
    _ = retrying { waitpid(process, &status, 0) }
  }

  /// Reads up to `buffer.count` bytes of the child's output; 0 once the child closed it.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    precondition(buffer.count > 0, "ChildProcess.read: the buffer is empty")
    while let source = output {
      let ready = try waitForData(timeout: -1)
      guard ready.output else { continue }
      let count = try source.read(into: buffer, name: "the output of \(program)")
      if count > 0 { return count }
      output = nil
    }
    return 0
  }

  /// Waits for the end of the child; output that nobody reads is dropped.
  ///
  /// - Parameters:
  ///   - milliseconds: how often `idle` is called meanwhile; negative for never.
  ///   - idle: called between waits; throwing ends the child and passes the error on.
  /// - Returns: the exit status, or 128 plus the signal that ended the child.
  @discardableResult
  public func wait(every milliseconds: Int32 = -1, _ idle: () throws -> Void = {}) throws -> Int32 {
    if let exitStatus { return exitStatus }
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 14, alignment: 16)
    defer { scratch.deallocate() }
    do {
      while output != nil || errors != nil {
        let ready = try waitForData(timeout: milliseconds)
        if ready.output, let source = output {
          if try source.read(into: scratch, name: "the output of \(program)") == 0 { output = nil }
        }
        if milliseconds >= 0 { try idle() }
      }
    } catch {
      terminate()
      throw error
    }
    return reap()
  }

  /// What the child wrote to its error output so far, invalid UTF-8 repaired.
  public var standardError: String { String(decoding: errorBytes, as: UTF8.self) }

  /// Ends the child at once and reaps it; does nothing once it has ended.
  public func terminate() {
    guard exitStatus == nil else { return }
    kill(process, SIGKILL)
    output = nil
    errors = nil
    _ = reap()
  }

  /// Waits until output or error output has bytes or ends; takes in the error output.
  private func waitForData(timeout: Int32) throws -> (output: Bool, any: Bool) {
    var watched = [
      pollfd(fd: output?.value ?? -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: errors?.value ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    let count = poll(&watched, nfds_t(watched.count), timeout)
    if count < 0, errno != EINTR {
      throw Failure(.inputOutput, "cannot wait for \(program): \(Failure.reason(errno))")
    }
    guard count > 0 else { return (false, false) }
    if watched[1].revents != 0 { try drainErrors() }
    return (watched[0].revents != 0, true)
  }

  private func drainErrors() throws {
    guard let source = errors else { return }
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 12, alignment: 16)
    defer { scratch.deallocate() }
    let count = try source.read(into: scratch, name: "the error output of \(program)")
    if count == 0 { errors = nil }
    errorBytes.append(contentsOf: scratch[..<min(count, Self.errorLimit - errorBytes.count)])
  }

  private func reap() -> Int32 {
    if let exitStatus { return exitStatus }
    var status: Int32 = 0
    _ = retrying { waitpid(process, &status, 0) }
    let signal = status & 0x7F
    let result = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    exitStatus = result
    return result
  }
}

extension ChildProcess {
  /// How a child that was run to its end has ended.
  public struct Outcome: Sendable, Equatable {
    /// The exit status, or 128 plus the signal that ended the child.
    public let status: Int32
    /// All of its output.
    public let standardOutput: [UInt8]
    /// Its error output, up to 64 KiB, invalid UTF-8 repaired.
    public let standardError: String
  }

  /// Runs a program to its end and collects its output.
  ///
  /// - Throws: as `init`. A status other than 0 is no failure here: the caller knows its meaning.
  public static func run(
    _ program: String, _ arguments: [String], standardInput: Input = .nothing
  ) throws -> Outcome {
    let child = try ChildProcess(program, arguments, standardInput: standardInput)
    var all: [UInt8] = []
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { scratch.deallocate() }
    while true {
      let count = try child.read(into: scratch)
      if count == 0 { break }
      all.append(contentsOf: scratch[..<count])
    }
    let status = try child.wait()
    return Outcome(status: status, standardOutput: all, standardError: child.standardError)
  }
}

/// The first lines of a program's words as one line, shortened, for a message.
func oneLine(_ text: String) -> String {
  let words = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
  if words.isEmpty { return "nothing" }
  return words.count > 300 ? String(words.prefix(300)) + "…" : words
}
