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
    } catch let failure as Failure {
      report(failure)
      exit(failure.kind.exitStatus)
    } catch {
      DGflowCommand.exit(withError: error)
    }
    exit(0)
  }

  private static func report(_ failure: Failure) {
    let line = failure.message.split(whereSeparator: \.isNewline).joined(separator: " ")
    StandardError.write("dgflow: error: \(line)\n")
    guard CommandLine.arguments.contains("--verbose") else { return }
    for cause in failure.chain.dropFirst() { StandardError.write("  because: \(cause)\n") }
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
      ScoreCommand.self, CompareCommand.self, CalibrateCommand.self, InspectCommand.self,
    ])
}
