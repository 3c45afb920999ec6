import Glibc

extension Failure {
  /// What the C library says about an error number, for example "No such file or directory".
  static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

  /// The failure of opening or reading an input, from the C library's error number.
  static func reading(_ path: String, _ code: Int32) -> Failure {
    switch code {
    case ENOENT, ENOTDIR:
      Failure(.missingInput, "cannot open \(path): \(reason(code)); check the path")
    case EACCES, EPERM:
      Failure(.missingInput, "cannot open \(path): \(reason(code)); check who may read it")
    case EISDIR: directory(path)
    case EMFILE, ENFILE:
      Failure(.inputOutput, "cannot open \(path): \(reason(code)); raise `ulimit -n`")
    default: Failure(.inputOutput, "cannot read \(path): \(reason(code))")
    }
  }

  /// The failure of giving a folder where a file is expected.
  static func directory(_ path: String) -> Failure {
    Failure(.missingInput, "\(path) is a folder; expected a file")
  }

  /// The failure of creating or writing an output, from the C library's error number.
  static func writing(_ path: String, _ code: Int32) -> Failure {
    let remedy =
      switch code {
      case ENOSPC, EDQUOT: "free some space or choose another disk"
      case EFBIG: "raise the file size limit (`ulimit -f`) or choose another file system"
      case ENOENT, ENOTDIR: "create the folder \(folder(of: path)) first"
      case EACCES, EPERM, EROFS: "choose a path that you may write"
      case EISDIR: "a folder stands there; choose another name"
      case EEXIST, ENOTEMPTY: "remove it or choose another name"
      default: "check the disk"
      }
    return Failure(.cannotWrite, "cannot write \(path): \(reason(code)); \(remedy)")
  }
}

/// The folder of a path, "." when the path has none; "/" for a name at the root.
func folder(of path: String) -> String {
  var bytes = Substring(path)
  while bytes.count > 1, bytes.hasSuffix("/") { bytes.removeLast() }
  guard let slash = bytes.lastIndex(of: "/") else { return "." }
  return slash == bytes.startIndex ? "/" : String(bytes[..<slash])
}

/// The last component of a path, without trailing slashes.
func lastComponent(of path: String) -> String {
  var bytes = Substring(path)
  while bytes.count > 1, bytes.hasSuffix("/") { bytes.removeLast() }
  guard let slash = bytes.lastIndex(of: "/") else { return String(bytes) }
  return String(bytes[bytes.index(after: slash)...])
}

/// Repeats a C call while a signal interrupts it; returns its result, or the error number.
func retrying<Result: FixedWidthInteger & SignedInteger>(
  _ call: () -> Result
) -> (result: Result, code: Int32) {
  while true {
    let result = call()
    guard result < 0 else { return (result, 0) }
    guard errno == EINTR else { return (result, errno) }
  }
}
