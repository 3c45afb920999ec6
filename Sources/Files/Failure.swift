/// What went wrong in the world, in one line that says what, where, with which value, and what to do.
///
/// Libraries throw only this type for mistakes of the world (a missing file, bad data, a full disk);
/// mistakes of ours are preconditions. The message needs no prefix and no newline. `cause` keeps the
/// chain that `--verbose` prints.
public struct Failure: Error, Sendable, CustomStringConvertible {
  /// The class of a failure; it decides the exit status.
  public enum Kind: String, Sendable, CaseIterable {
    /// The command or the settings make no sense together.
    case usage
    /// A file is there but its content is not what its format demands.
    case badData
    /// A file or folder is absent or may not be read.
    case missingInput
    /// A needed program is not installed.
    case programAbsent
    /// A mistake of ours that was noticed.
    case internalFault
    /// An output cannot be created or written: full disk, missing folder, no permission.
    case cannotWrite
    /// Reading or a connection broke off.
    case inputOutput
    /// Stopped on request after saving.
    case interrupted

    /// The exit status of a command that ends with this kind: 64…74 as in `sysexits.h`, 130 when
    /// interrupted.
    public var exitStatus: Int32 {
      switch self {
      case .usage: 64
      case .badData: 65
      case .missingInput: 66
      case .programAbsent: 69
      case .internalFault: 70
      case .cannotWrite: 73
      case .inputOutput: 74
      case .interrupted: 130
      }
    }
  }

  /// The class of this failure.
  public let kind: Kind
  /// One line: what, where, which value, what to do.
  public let message: String
  /// The error underneath, if any.
  public let cause: (any Error)?

  /// Creates a failure.
  ///
  /// - Parameters:
  ///   - kind: the class, which decides the exit status.
  ///   - message: one line that names the thing, the place, the offending value and the remedy.
  ///   - cause: the error underneath, kept for the chain.
  public init(_ kind: Kind, _ message: String, cause: (any Error)? = nil) {
    self.kind = kind
    self.message = message
    self.cause = cause
  }

  /// The message alone; the chain is in ``chain``.
  public var description: String { message }

  /// This message and those of all causes, outermost first.
  public var chain: [String] {
    guard let cause else { return [message] }
    if let failure = cause as? Failure { return [message] + failure.chain }
    return [message, String(describing: cause)]
  }
}
