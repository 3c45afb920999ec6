import Glibc

extension Download {
  /// Runs `curl` until the part has the expected size.
  func fetch(
    _ part: PartialFile, program: String, progress: (_ bytes: Int) throws -> Void
  ) throws {
    try progress(part.size)
    while part.size < size {
      let before = part.size
      let (status, said) = try runCurl(part, program: program, progress: progress)
      if part.size > size {
        try part.clear()
        throw Failure(
          .badData, "\(address) gives more than \(size) bytes; the file there has changed")
      }
      // The server knows no ranges, or holds fewer bytes than are here: start from nothing.
      if status == 33 || status == 36 || (status == 22 && said.contains("416")), before > 0 {
        try part.clear()
        continue
      }
      guard status == 0 else { throw failure(status: status, said: said, part: part) }
      guard part.size == size else {
        let found = part.size
        try part.clear()
        throw Failure(
          .badData, "\(address) gives \(found) bytes; expected \(size): the file there has changed")
      }
    }
    try progress(part.size)
  }

  private func runCurl(
    _ part: PartialFile, program: String, progress: (_ bytes: Int) throws -> Void
  ) throws -> (status: Int32, said: String) {
    let arguments = [
      "--disable", "--fail", "--location", "--silent", "--show-error", "--globoff",
      "--connect-timeout", "30", "--speed-limit", "1", "--speed-time", "60", "--continue-at",
      "\(part.size)", "--output", part.path, "--url", address,
    ]
    let child = try ChildProcess(program, arguments)
    let status = try child.wait(every: 250) {
      // A server that never ends must not fill the disk.
      if part.size > size { child.terminate() } else { try progress(part.size) }
    }
    return (status, child.standardError)
  }

  /// What an exit status of `curl` means to the user (`man curl`, "Exit codes").
  private func failure(status: Int32, said: String, part: PartialFile) -> Failure {
    let words = oneLine(said)
    let unreachable = "see that this machine is on-line and that a proxy, if any, is set"
    switch status {
    case 5, 6:
      return Failure(.inputOutput, "cannot find the host of \(address) (\(words)); \(unreachable)")
    case 7:
      return Failure(.inputOutput, "cannot connect to \(address) (\(words)); \(unreachable)")
    case 28:
      return Failure(
        .inputOutput, "\(address) did not answer in time (\(words)); \(unreachable)")
    case 22 where said.contains("404") || said.contains("410"), 37, 78:
      return Failure(.missingInput, "\(address) does not exist (\(words)); check the address")
    case 23:
      return Failure(
        .cannotWrite, "cannot write \(part.path) (\(words)); free some space on the disk")
    case 35, 51, 53, 58, 60, 77:
      return Failure(
        .inputOutput, "\(address) has no certificate that this machine trusts (\(words))")
    case 1, 3:
      return Failure(.usage, "curl cannot read the address \(address) (\(words))")
    default:
      return Failure(
        .inputOutput,
        "\(address) broke off after \(part.size) of \(size) bytes (\(words)); run again to go on")
    }
  }
}

/// The bytes of a download that are there so far, held against other processes.
final class PartialFile {
  let path: String
  private let descriptor: Descriptor
  private var isRenamed = false

  /// Opens or creates the file.
  init(path: String) throws {
    self.path = path
    let (value, code) = retrying { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }
    guard value >= 0 else { throw Failure.writing(path, code) }
    descriptor = Descriptor(owning: value)
    guard retrying({ flock(value, LOCK_EX | LOCK_NB) }).result == 0 else {
      throw Failure(
        .cannotWrite, "cannot write \(path): another download is writing it; wait for its end")
    }
  }

  /// How many bytes are there.
  var size: Int {
    var status = stat()
    return fstat(descriptor.value, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Forgets all bytes.
  func clear() throws {
    guard ftruncate(descriptor.value, 0) == 0 else { throw Failure.writing(path, errno) }
  }

  /// Removes a file that holds nothing to go on from.
  func removeIfEmpty() {
    if !isRenamed, size == 0 { unlink(path) }
  }

  /// Brings the bytes to the disk and gives them their final name.
  func rename(to final: String) throws {
    let (result, code) = retrying { fsync(descriptor.value) }
    guard result == 0 else { throw Failure.writing(path, code) }
    guard Glibc.rename(path, final) == 0 else { throw Failure.writing(final, errno) }
    isRenamed = true
    try synchronizeFolder(folder(of: final))
  }
}
