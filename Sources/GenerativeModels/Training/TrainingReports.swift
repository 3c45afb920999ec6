/// What one critic step saw, before its update.
public struct CriticStepReport: Sendable, Equatable, Codable {
  /// mean D(fake) − mean D(real) + λ · penalty.
  public let loss: Double
  /// mean D(real) − mean D(fake): the batch's estimate of the Wasserstein distance, up to the critic's
  /// slope.
  public let wasserstein: Double
  /// mean e(‖∇D(x̂)‖)² with the form's e, (‖∇D(x̂)‖ − 1)² as published; without λ.
  public let penalty: Double
  /// mean ‖∇D(x̂)‖; 1 is what the published penalty asks for.
  public let slope: Double
  /// Euclidean norm of the parameters' gradient.
  public let gradientNorm: Double

  init(_ terms: CriticTerms, penaltyWeight: Double, gradientNorm: Double) {
    let count = Double(terms.samples)
    wasserstein = (terms.realScores - terms.fakeScores) / count
    penalty = terms.penalties / count
    slope = terms.norms / count
    loss = penaltyWeight * penalty - wasserstein
    self.gradientNorm = gradientNorm
  }
}

/// What one generator step saw, before its update.
public struct GeneratorStepReport: Sendable, Equatable, Codable {
  /// −mean D(G(z)).
  public let loss: Double
  /// Euclidean norm of the parameters' gradient.
  public let gradientNorm: Double
}

/// What one iteration did: the recipe's critic steps, then one generator step.
public struct IterationReport: Sendable, Equatable, Codable {
  /// Iterations done, this one included.
  public let iteration: Int
  /// The last critic step.
  public let critic: CriticStepReport
  /// The generator step.
  public let generator: GeneratorStepReport
  /// Wall-clock seconds of the steps and their draws, without the caller's work on events.
  public let seconds: Double
}

/// What one step of a warm start did.
public struct WarmStartReport: Sendable, Equatable, Codable {
  /// Steps done, this one included.
  public let step: Int
  /// Steps in all.
  public let steps: Int
  /// Mean cross-entropy of a symbol in nats, before the update.
  public let loss: Double
  /// Wall-clock seconds of the step.
  public let seconds: Double
}

/// What the loop tells its caller.
public enum TrainingEvent: Sendable, Equatable {
  /// A step of the recipe's warm start is done; the state is still the one before the first of this call.
  case warmStartStepFinished(WarmStartReport)
  /// An iteration is done.
  case iterationFinished(IterationReport)
  /// The number of iterations done is a multiple of the schedule's `evaluateEvery`, or training ends.
  case evaluationDue(iteration: Int)
  /// The number of iterations done is a multiple of the schedule's `checkpointEvery`, or training ends.
  case checkpointDue(iteration: Int)
}

/// What the caller answers.
public enum TrainingDecision: Sendable {
  /// Go on.
  case proceed
  /// Stop after this event; the state stays as it is.
  case stop
}

/// When the loop tells more than that an iteration is done.
public struct TrainingSchedule: Sendable, Equatable {
  /// Iterations between evaluations; 0 for none but the last.
  public var evaluateEvery: Int
  /// Iterations between checkpoints; 0 for none but the last.
  public var checkpointEvery: Int

  /// A schedule.
  public init(evaluateEvery: Int = 0, checkpointEvery: Int = 0) {
    self.evaluateEvery = evaluateEvery
    self.checkpointEvery = checkpointEvery
  }
}
