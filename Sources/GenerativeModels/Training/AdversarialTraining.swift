import Files
import Tensors

/// The training loop: draws, steps, events.
///
/// It never scores, prints or reads text. All draws of iteration t depend on the seed, t and the
/// position in the batch, so a loop that starts from a saved state goes on with the same bits.
public struct AdversarialTraining: Sendable {
  /// When to emit events.
  public var schedule: TrainingSchedule
  /// Threads that carry the shards; without influence on the result.
  public var threads: Int

  /// A loop.
  ///
  /// - Parameters:
  ///   - schedule: when to emit events.
  ///   - threads: at least 1.
  public init(schedule: TrainingSchedule = TrainingSchedule(), threads: Int = 1) {
    precondition(threads >= 1, "AdversarialTraining: \(threads) threads")
    self.schedule = schedule
    self.threads = threads
  }

  /// Trains from `state` until its recipe's iterations are done or the caller stops it.
  ///
  /// A recipe with a warm start begins with that; stopped in it, the state holds how far it came, and
  /// the next call goes on with it. After each iteration `onEvent` receives `iterationFinished`, then,
  /// where due, `evaluationDue` and `checkpointDue`, each with the state as it stands; the last iteration makes both due. `stop` ends
  /// the loop at once, without further events: a caller that stops and wants to keep the state
  /// saves the one that is returned.
  ///
  /// - Parameters:
  ///   - state: where to start; at or beyond its recipe's iterations it is returned as it is.
  ///   - data: real token strings of the networks' length and vocabulary, at least a batch of them.
  ///   - onEvent: called on the caller's thread.
  /// - Returns: the state at the end.
  /// - Throws: `Failure(.usage)` for a recipe without sense, `Failure(.badData)` for data that do not
  ///   fit, `Failure(.internalFault)` for a value that is not finite, and what `data` and `onEvent`
  ///   throw.
  public func run(
    _ state: AdversarialState, data: some TokenBatches,
    onEvent: (TrainingEvent, AdversarialState) throws -> TrainingDecision = { _, _ in .proceed }
  ) throws -> AdversarialState {
    try state.configuration.validate()
    try check(data, state)
    let last = state.configuration.iterations
    var begun = state
    guard try warmStart(&begun, data: data, onEvent: onEvent) == .proceed else { return begun }
    let iteration = TrainingIteration(begun, data: data, threads: threads)
    while iteration.trainer.state.iteration < last {
      let report = try iteration.advance()
      let done = report.iteration
      var events: [TrainingEvent] = [.iterationFinished(report)]
      if done == last || isDue(done, every: schedule.evaluateEvery) {
        events.append(.evaluationDue(iteration: done))
      }
      if done == last || isDue(done, every: schedule.checkpointEvery) {
        events.append(.checkpointDue(iteration: done))
      }
      for event in events {
        if try onEvent(event, iteration.trainer.state) == .stop { return iteration.trainer.state }
      }
    }
    return iteration.trainer.state
  }

  /// Brings a state before its first iteration through what is left of the recipe's warm start.
  private func warmStart(
    _ state: inout AdversarialState, data: some TokenBatches,
    onEvent: (TrainingEvent, AdversarialState) throws -> TrainingDecision
  ) throws -> TrainingDecision {
    let recipe = state.configuration
    guard recipe.warmStart > 0, state.iteration == 0, recipe.iterations > 0 else { return .proceed }
    let start = AutoencoderWarmStart(
      of: state.generator, from: state.warmStart, recipe: recipe, threads: threads)
    var decision = TrainingDecision.proceed
    while start.state.step < recipe.warmStart, decision == .proceed {
      let (loss, seconds) = try timed { try start.advance(data) }
      let report = WarmStartReport(
        step: start.state.step, steps: recipe.warmStart, loss: loss, seconds: seconds)
      decision = try onEvent(.warmStartStepFinished(report), state)
    }
    state.begin(with: start.generator)
    state.warmStart = decision == .stop ? start.state : nil
    return decision
  }

  private func isDue(_ iteration: Int, every: Int) -> Bool {
    every > 0 && iteration % every == 0
  }

  private func check(_ data: some TokenBatches, _ state: AdversarialState) throws {
    let shape = state.generator.configuration
    guard data.length == shape.length && data.vocabulary == shape.vocabulary else {
      throw Failure(
        .badData,
        "the corpus has \(data.length) tokens of \(data.vocabulary) symbols but the networks have "
          + "\(shape.length) of \(shape.vocabulary): they belong to another corpus")
    }
    guard data.count >= state.configuration.batch else {
      throw Failure(
        .badData,
        "the corpus has \(data.count) training strings, fewer than a batch of "
          + "\(state.configuration.batch); prepare more text or lower the batch")
    }
  }
}

/// One iteration after another, with its buffers.
private final class TrainingIteration<Data: TokenBatches> {
  let trainer: AdversarialTrainer
  private let data: Data
  private let draws: TrainingDraws
  private var tokens: [UInt16]
  private var latents: Tensor

  init(_ state: AdversarialState, data: Data, threads: Int) {
    trainer = AdversarialTrainer(state, threads: threads)
    self.data = data
    let recipe = state.configuration
    draws = TrainingDraws(seed: recipe.seed)
    tokens = [UInt16](repeating: 0, count: recipe.batch * data.length)
    latents = Tensor(shape: [recipe.batch, state.generator.configuration.latentWidth])
  }

  /// The recipe's critic steps, then one generator step.
  func advance() throws -> IterationReport {
    let (report, seconds) = try timed(steps)
    return IterationReport(
      iteration: trainer.state.iteration, critic: report.critic, generator: report.generator,
      seconds: seconds)
  }

  private func steps() throws -> (critic: CriticStepReport, generator: GeneratorStepReport) {
    let recipe = trainer.state.configuration
    let done = trainer.state.iteration
    var critic: CriticStepReport?
    for index in 0..<recipe.criticIterations {
      let step = done * recipe.criticIterations + index
      let rows = draws.rows(step: step, batch: recipe.batch, below: data.count)
      try tokens.withUnsafeMutableBufferPointer { try data.copyRows(rows, into: $0) }
      draws.criticLatents(step: step, into: &latents)
      critic = try trainer.criticStep(
        tokens: tokens, latents: latents,
        interpolation: draws.interpolation(step: step, batch: recipe.batch))
    }
    guard let critic else {
      throw Failure(.internalFault, "iteration \(done + 1): the recipe has no critic step")
    }
    draws.generatorLatents(step: done, into: &latents)
    let generator = try trainer.generatorStep(latents: latents)
    trainer.state.iteration = done + 1
    return (critic, generator)
  }
}

/// What `body` gives, and the seconds of wall-clock time that it took.
private func timed<R>(_ body: () throws -> R) rethrows -> (result: R, seconds: Double) {
  let clock = ContinuousClock()
  let begin = clock.now
  let result = try body()
  let elapsed = (clock.now - begin).components
  return (result, Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
}
