import Files
import NeuralNetworks
import Tensors
import Testing

@testable import GenerativeModels

@Suite("The training loop")
struct AdversarialTrainingTests {
  private let recipe = AdversarialConfiguration(
    batch: 10, criticIterations: 2, shards: 4, averageDecay: 0.9, seed: 5, iterations: 6)

  private func train(
    _ recipe: AdversarialConfiguration, threads: Int = 1
  ) throws -> AdversarialState {
    try AdversarialTraining(threads: threads).run(Small.state(recipe), data: Small.data())
  }

  @Test("weights are the same bits for any number of threads", arguments: [2, 3, 5])
  func threads(count: Int) throws {
    #expect(try train(recipe, threads: count) == train(recipe, threads: 1))
  }

  @Test("another number of shards changes rounding only; another seed everything")
  func shardsAndSeed() throws {
    let base = try train(recipe)
    var other = recipe
    other.shards = 3
    let resharded = try train(other)
    for (a, b) in zip(
      base.critic.network.parameters.tensors, resharded.critic.network.parameters.tensors)
    {
      #expect(relativeError(a, b) <= 1e-3)
    }
    other = recipe
    other.seed = 6
    #expect(try train(other).critic != base.critic)
  }

  @Test("ten iterations, saved, loaded and ten more are twenty, bit for bit, average included")
  func resume() throws {
    var long = recipe
    long.iterations = 20
    let straight = try train(long)
    var short = recipe
    short.iterations = 10
    let half = try train(short, threads: 2)
    let resumed = try withFolder { folder in
      try half.write(to: folder)
      var loaded = try AdversarialState(contentsOf: folder)
      #expect(loaded == half)
      loaded.configuration.iterations = 20
      return try AdversarialTraining(threads: 3).run(loaded, data: Small.data())
    }
    #expect(resumed == straight)
    #expect(resumed.iteration == 20)
    #expect(resumed.criticOptimiser.step == 40)
    #expect(resumed.average?.updates == 20)
    #expect(resumed.samplingGenerator != resumed.generator)
  }

  @Test("a recipe without an average is saved and resumed as well")
  func resumeWithoutAverage() throws {
    var plain = recipe
    plain.averageDecay = nil
    let state = try train(plain)
    let loaded = try withFolder { folder in
      try state.write(to: folder)
      return try AdversarialState(contentsOf: folder)
    }
    #expect(loaded == state)
    #expect(loaded.samplingGenerator == loaded.generator)
  }

  @Test("folders that mix checkpoints, lack a file or hold a damaged one are refused")
  func damagedStates() throws {
    let (first, second) = (try train(recipe), try Small.state(recipe))
    func failure(_ edit: (String) throws -> Void) throws -> Failure? {
      try withFolder { folder in
        try first.write(to: folder)
        try edit(folder)
        do {
          _ = try AdversarialState(contentsOf: folder)
          return nil
        } catch let failure as Failure {
          return failure
        }
      }
    }
    #expect(try failure { _ in } == nil)
    let mixed = try failure { try second.critic.write(to: $0 + "/critic.safetensors") }
    #expect(mixed?.kind == .badData)
    #expect(mixed?.message.contains("critic.safetensors: iteration is not stated") == true)
    for name in AdversarialState.fileNames {
      let truncated = try failure { folder in
        let bytes = try MappedFile(path: folder + "/" + name).withBytes { Array($0) }
        try AtomicFile.write(Array(bytes.dropLast(5)), to: folder + "/" + name)
      }
      #expect(truncated?.kind == .badData)
      let empty = try failure { try AtomicFile.write([UInt8](), to: $0 + "/" + name) }
      #expect(empty?.kind == .badData)
    }
    let absent = try withFolder { folder in
      #expect(throws: Failure.self) { try AdversarialState(contentsOf: folder) }
      return folder
    }
    #expect(!FileSystem.exists(absent))
    let foreign = try failure {
      try first.generator.network.parameters.write(
        to: $0 + "/optimiser.safetensors", metadata: ["iteration": "6"])
    }
    #expect(foreign?.message.contains("format is not stated") == true)
  }

  @Test("events come after each iteration, evaluations and checkpoints when due and at the end")
  func events() throws {
    var log: [String] = []
    var recipe = recipe
    recipe.iterations = 5
    let schedule = TrainingSchedule(evaluateEvery: 2, checkpointEvery: 3)
    let final = try AdversarialTraining(schedule: schedule).run(
      Small.state(recipe), data: Small.data()
    ) { event, state in
      switch event {
      case .warmStartStepFinished: log.append("w")
      case .iterationFinished(let report):
        log.append("i\(report.iteration)")
        #expect(report.iteration == state.iteration)
        #expect(report.seconds > 0)
        #expect(
          abs(report.critic.loss - (10 * report.critic.penalty - report.critic.wasserstein)) < 1e-12
        )
        #expect(report.critic.gradientNorm > 0 && report.generator.gradientNorm > 0)
      case .evaluationDue(let iteration): log.append("e\(iteration)")
      case .checkpointDue(let iteration): log.append("c\(iteration)")
      }
      return .proceed
    }
    #expect(log == ["i1", "i2", "e2", "i3", "c3", "i4", "e4", "i5", "e5", "c5"])
    #expect(final.iteration == 5)
  }

  @Test("stop ends the loop with the state as it stands, which can go on")
  func stop() throws {
    let stopped = try AdversarialTraining().run(Small.state(recipe), data: Small.data()) {
      event, state in state.iteration == 4 ? .stop : .proceed
    }
    #expect(stopped.iteration == 4)
    #expect(try AdversarialTraining().run(stopped, data: Small.data()) == train(recipe))
    let done = try train(recipe)
    #expect(try AdversarialTraining().run(done, data: Small.data()) == done)
  }

  @Test("an error thrown by the caller passes through")
  func callerErrors() throws {
    struct Interrupted: Error {}
    #expect(throws: Interrupted.self) {
      try AdversarialTraining().run(Small.state(recipe), data: Small.data()) { _, _ in
        throw Interrupted()
      }
    }
  }

  @Test("a value that is not finite stops with its iteration and name, before anything changes")
  func nonFinite() throws {
    var state = try Small.state(recipe)
    state.critic.network.first.bias[0] = .nan
    let trainer = AdversarialTrainer(state)
    do {
      _ = try trainer.criticStep(
        tokens: randomTokens(10 * Small.length, below: Small.vocabulary, "t"),
        latents: normal([10, Small.latentWidth], "z"),
        interpolation: .init(repeating: 0.5, count: 10))
      Issue.record("NaN went through")
    } catch let failure as Failure {
      #expect(failure.kind == .internalFault)
      #expect(failure.message.contains("iteration 1, critic step: the loss is nan"))
    }
    #expect(trainer.state.criticOptimiser.step == 0)
    // A gradient that overflows although the loss does not.
    state = try Small.state(recipe)
    state.critic.network.first.weight = Tensor(shape: [1, Small.vocabulary, 6])
    state.critic.network.second.second.weight = normal([Small.length, 6], "w", scale: 3e38)
    do {
      _ = try AdversarialTrainer(state).generatorStep(
        latents: normal([10, Small.latentWidth], "z"))
      Issue.record("overflow went through")
    } catch let failure as Failure {
      #expect(failure.message.contains("iteration 1, generator step"))
    }
  }

  @Test("data that do not fit are refused before the first step")
  func data() throws {
    let state = try Small.state(recipe)
    func message(_ data: TokenMatrix) -> String? {
      do {
        _ = try AdversarialTraining().run(state, data: data)
        return nil
      } catch let failure as Failure {
        #expect(failure.kind == .badData)
        return failure.message
      } catch {
        return nil
      }
    }
    let few = try Small.data(rows: 9)
    #expect(message(few)?.contains("9 training strings, fewer than a batch of 10") == true)
    let wide = try TokenMatrix(
      tokens: .init(repeating: 0, count: 20 * 8), length: 8, vocabulary: Small.vocabulary)
    #expect(message(wide)?.contains("8 tokens of 7 symbols") == true)
    #expect(throws: Failure.self) { try TokenMatrix(tokens: [7], length: 1, vocabulary: 7) }
    #expect(throws: Failure.self) { try TokenMatrix(tokens: [1, 2, 3], length: 2, vocabulary: 7) }
    // A source that breaks its promise is noticed too.
    struct Lying: TokenBatches {
      let count = 50
      let length = Small.length
      let vocabulary = Small.vocabulary
      func copyRows(_ rows: [Int], into buffer: UnsafeMutableBufferPointer<UInt16>) {
        buffer.update(repeating: 65_000)
      }
    }
    #expect(throws: Failure.self) { try AdversarialTraining().run(state, data: Lying()) }
  }

  @Test("recipes without sense are refused with the field's name")
  func validation() throws {
    let edits: [(String, (inout AdversarialConfiguration) -> Void)] = [
      ("batch", { $0.batch = 0 }), ("critic iterations", { $0.criticIterations = 0 }),
      ("generator rate", { $0.generatorRate = 0 }), ("critic rate", { $0.criticRate = .nan }),
      ("beta1", { $0.beta1 = 1 }), ("beta2", { $0.beta2 = -0.1 }),
      ("penalty", { $0.penalty = -1 }), ("shards", { $0.shards = 65 }),
      ("shards", { $0.shards = 0 }), ("iterations", { $0.iterations = -1 }),
      ("iterations", { $0.iterations = .max }), ("average decay", { $0.averageDecay = 1 }),
      ("spectral bound", { $0.spectralBound = 0 }), ("warm start", { $0.warmStart = -1 }),
      ("rate half-life", { $0.rateHalfLife = 0 }),
    ]
    for (field, edit) in edits {
      var recipe = AdversarialConfiguration()
      edit(&recipe)
      do {
        try recipe.validate()
        Issue.record("\(field) was accepted")
      } catch let failure as Failure {
        #expect(failure.kind == .usage)
        #expect(failure.message.contains(field))
      }
    }
  }

  @Test("presets: the published recipe as published, the others scaled to their iterations")
  func presets() throws {
    for preset in TrainingPreset.allCases {
      for iterations in [nil, 0, 1, 50, 10_000_000] {
        try preset.configuration(iterations: iterations).validate()
      }
      #expect(preset.configuration().iterations == preset.iterations)
    }
    #expect(TrainingPreset.allCases.map(\.width) == [32, 64, 128, 512])
    #expect(TrainingPreset.allCases.map(\.blocks) == [2, 2, 2, 5])
    let published = TrainingPreset.paper.configuration()
    #expect(published.criticIterations == 10 && published.batch == 64)
    #expect(published.criticRate == 1e-4 && published.generatorRate == 1e-4)
    #expect(published.warmStart == 0 && published.rateHalfLife == nil)
    #expect(published.penalty == 10 && published.penaltyForm == .twoSided)
    var small = AdversarialConfiguration(
      batch: 32, criticIterations: 1, generatorRate: 1e-3, criticRate: 3e-3, penalty: 0.5,
      averageDecay: 0.998, iterations: 100_000)
    small.penaltyForm = .zeroCentred
    small.warmStart = 1_000
    small.rateHalfLife = 32_000
    small.rateForm = .harmonic
    #expect(TrainingPreset.small.configuration() == small)
    var medium = small
    medium.rateHalfLife = 8_000
    #expect(TrainingPreset.medium.configuration() == medium)
    let tiny = TrainingPreset.tiny.configuration()
    #expect(tiny.warmStart == 1_000 && tiny.rateHalfLife == nil && tiny.rateForm == .halving)
    for short in [0, 100] {
      let recipe = TrainingPreset.small.configuration(iterations: short)
      #expect(recipe.warmStart == short / 20 && recipe.rateHalfLife == small.rateHalfLife)
    }
  }

  @Test("a draw depends on seed, step and position alone")
  func draws() {
    let draws = TrainingDraws(seed: 3)
    #expect(
      Array(draws.rows(step: 9, batch: 64, below: 100).prefix(7))
        == draws.rows(step: 9, batch: 7, below: 100))
    #expect(
      draws.rows(step: 9, batch: 64, below: 100) != draws.rows(step: 8, batch: 64, below: 100))
    var (large, small) = (Tensor(shape: [20, 8]), Tensor(shape: [3, 8]))
    draws.criticLatents(step: 2, into: &large)
    draws.criticLatents(step: 2, into: &small)
    #expect(large.rows(0..<3) == small)
    draws.generatorLatents(step: 2, into: &small)
    #expect(large.rows(0..<3) != small)
    #expect(draws.interpolation(step: 1, batch: 500).allSatisfy { (0..<1).contains($0) })
  }

  @Test("training learns a tiny language of two strings")
  func learns() throws {
    let strings: [[UInt16]] = [[2, 3, 4, 5, 2, 3], [6, 6, 5, 4, 0, 0]]
    let data = try TokenMatrix(
      tokens: (0..<64).flatMap { strings[$0 % 2] }, length: 6, vocabulary: 7)
    let recipe = AdversarialConfiguration(
      batch: 16, criticIterations: 2, generatorRate: 2e-3, criticRate: 2e-3, shards: 2,
      iterations: 400)
    let state = try AdversarialState(
      configuration: recipe,
      generator: GeneratorConfiguration(
        latentWidth: 8, length: 6, width: 12, blocks: 2, vocabulary: 7),
      critic: CriticConfiguration(length: 6, width: 12, blocks: 2, vocabulary: 7))
    let trained = try AdversarialTraining(threads: 2).run(state, data: data)
    let tokens = trained.generator.tokens(normal([200, 8], "z"))
    let drawn = (0..<200).map { Array(tokens[$0 * 6..<$0 * 6 + 6]) }
    #expect(drawn.count { strings.contains($0) } >= 150)
    for string in strings { #expect(drawn.count { $0 == string } >= 30) }
  }
}
