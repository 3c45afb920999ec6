import ArgumentParser
import Determinism
import Files

/// Options that every command takes.
struct TalkOptions: ParsableArguments {
  @Flag(name: .long, help: "Say only warnings and errors.")
  var quiet = false

  @Flag(name: .long, help: "Say more, with the chain of causes of an error.")
  var verbose = false

  /// How much the command says.
  var talk: Talk { Talk(level: quiet ? .quiet : verbose ? .verbose : .normal) }

  func validate() throws {
    if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other") }
  }
}

/// Where random numbers come from.
struct SeedOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Seed of all random numbers; the same seed gives the same result.", valueName: "seed"))
  var seed: UInt64 = 1
}

/// How many cores a command uses.
struct ThreadOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp(
      "Threads; the result is the same for any number (default: all cores).", valueName: "n"))
  var threads: Int?

  /// The number of threads to use.
  var count: Int { threads ?? Cores.available }

  func validate() throws {
    if let threads, threads < 1 || threads > 1024 {
      throw ValidationError("--threads \(threads): give a number from 1 to 1024")
    }
  }
}

/// Checks of numbers given on the command line, so that each mistake reads the same.
enum Given {
  /// A count that must be at least `least`.
  static func count(_ value: Int, _ option: String, atLeast least: Int = 1) throws {
    guard value >= least else {
      throw ValidationError("\(option) \(value): give a whole number of at least \(least)")
    }
  }

  /// A finite number that must not be negative (or, with `positive`, must be above zero).
  static func number(_ value: Double, _ option: String, positive: Bool = false) throws {
    guard value.isFinite, positive ? value > 0 : value >= 0 else {
      let range = positive ? "above 0" : "of at least 0"
      throw ValidationError("\(option) \(value): give a finite number \(range)")
    }
  }
}
