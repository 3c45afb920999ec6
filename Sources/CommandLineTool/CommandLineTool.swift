// The `dgflow` program: one file a command. The only module that prints, reads the environment or
// exits. It may import every module, ArgumentParser and Logging.

import ArgumentParser
import Files
import Glibc
import Runs

/// The command-line tool.
public enum CommandLineTool {
  /// Parses the arguments, runs the command and exits with its status.
  public static func main() -> Never {
    // A closed pipe and a full disk are errors to report, not signals to die of.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    Interruption.listen()
    do {
      var command = try DGflowCommand.parseAsRoot()
      try command.run()
    } catch is StandardOutput.ReaderLeft {
      exit(0)
    } catch {
      end(with: error)
    }
    exit(0)
  }

  /// Tells the person in one line what went wrong and exits with the status of its kind.
  private static func end(with error: any Error) -> Never {
    if let failure = error as? Failure { end(with: failure) }
    switch DGflowCommand.exitCode(for: error) {
    case .success:
      // Help and the version are asked for by throwing, too.
      DGflowCommand.exit(withError: error)
    case .validationFailure:
      var message = DGflowCommand.message(for: error)
      if let command = helpCommand(in: DGflowCommand.fullMessage(for: error)) {
        message += (message.hasSuffix("?") ? " See" : "; see") + " `\(command)`"
      }
      end(with: Failure(.usage, message))
    default:
      end(with: Failure(.internalFault, String(describing: error), cause: error))
    }
  }

  private static func end(with failure: Failure) -> Never {
    // Ctrl-C reaches the programs that dgflow runs (gzip, curl) as well: that their work broke off is
    // then no fault of the data.
    let isConsequence = failure.kind == .badData || failure.kind == .inputOutput
    if Interruption.isRequested, isConsequence {
      report("stopped before the end; run the same command again", because: failure.chain)
      exit(Failure.Kind.interrupted.exitStatus)
    }
    let prefix = failure.kind == .interrupted ? "" : "error: "
    report(prefix + failure.message, because: Array(failure.chain.dropFirst()))
    exit(failure.kind.exitStatus)
  }

  private static func report(_ message: String, because causes: [String]) {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    // On a terminal a half-drawn line of progress may stand where the message goes.
    let clear = isatty(STDERR_FILENO) == 1 ? "\r\u{1B}[K" : ""
    StandardError.write("\(clear)dgflow: \(line)\n")
    guard CommandLine.arguments.contains("--verbose") else { return }
    for cause in causes { StandardError.write("  because: \(cause)\n") }
  }

  /// The command that shows help, quoted in the last line of ArgumentParser's message.
  private static func helpCommand(in message: String) -> Substring? {
    let parts = message.split(separator: "'")
    return parts.last { $0.hasPrefix("dgflow ") && $0.hasSuffix("--help") }
  }
}

/// The root of the command tree.
struct DGflowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dgflow",
    abstract: "Generate, refine and score character-level text.",
    discussion: """
      dgflow trains a generator and a critic on short strings, then improves the generator's samples \
      by Discriminator Gradient flow (Ansari, Ang and Soh, ICLR 2021): each latent moves along the \
      gradient of the log density ratio that the critic estimates.

      A first minute, with the run that comes with dgflow:
        dgflow generate newswire --count 10
        dgflow refine newswire --count 10
        dgflow refine newswire --count 1000 | dgflow score - --reference newswire

      Your own text:
        dgflow corpus prepare news.txt --output corpus
        dgflow train corpus --output run --minutes 30
        dgflow calibrate run --reference corpus
        dgflow compare run --reference corpus

      Samples go to standard output one a line, everything else to standard error. Exit status: 0 \
      done, 64 usage, 65 bad data, 66 missing input, 69 a needed program is absent, 70 internal, \
      73 cannot write, 74 input/output, 130 interrupted after saving.
      """,
    version: Version.current,
    subcommands: [
      CorpusCommand.self, TrainCommand.self, GenerateCommand.self, RefineCommand.self,
      ScoreCommand.self, CompareCommand.self, CalibrateCommand.self, StageCommand.self,
      InspectCommand.self,
      ToyCommand.self, BenchmarkCommand.self,
    ])
}
