import Determinism
import Tensors

/// The multiply-adds that the machine can do at the moment on some threads: the limit beside which the
/// speed of a step is read.
///
/// Every thread runs the register-only loop of ``Tensors/Operations/multiplyAdds(rounds:)`` at once.
/// The speed of a core changes with its temperature and its neighbours, so short bursts between the
/// repetitions of what is timed tell more than one long measurement before.
struct MultiplyAddPeak {
  /// Threads that run the loop at once.
  let threads: Int
  private let rounds: Int

  /// Seconds of a burst, about: 4 ms, chosen here; waking the threads takes under a hundredth of it.
  private static let burst = 0.004

  /// Finds how many rounds a burst takes.
  init(threads: Int) {
    self.threads = threads
    var rounds = 1_000
    while true {
      // The least of several: a moment without a core must not make all bursts too short.
      let tries = (0..<5).map { _ in Self.seconds(rounds: rounds, threads: threads) }
      let seconds = tries.min() ?? 0
      if seconds >= Self.burst / 2 || rounds >= 1 << 30 {
        self.rounds = max(1, Int(Double(rounds) * Self.burst / max(seconds, 1e-6)))
        return
      }
      rounds *= 4
    }
  }

  /// Runs one burst.
  ///
  /// - Returns: floating-point operations a second, of all threads together, a multiply-add counted as
  ///   two.
  func rate() -> Double {
    let seconds = Self.seconds(rounds: rounds, threads: threads)
    let perThread = Double(rounds) * Double(Self.multiplyAddsOfARound)
    return 2 * perThread * Double(threads) / max(seconds, 1e-9)
  }

  private static let multiplyAddsOfARound = Operations.multiplyAdds(rounds: 1).count

  private static func seconds(rounds: Int, threads: Int) -> Double {
    Stopwatch.seconds {
      let means = Cores.map(shards: threads, threads: threads) { _ in
        Operations.multiplyAdds(rounds: rounds).mean
      }
      // The means are used, so the loops are run.
      precondition(means.allSatisfy { $0.isFinite }, "MultiplyAddPeak: means \(means)")
    }
  }
}
