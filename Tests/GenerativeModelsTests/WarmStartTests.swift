import NeuralNetworks
import Tensors
import Testing

@testable import GenerativeModels

@Suite("The warm start as an autoencoder")
struct WarmStartTests {
  private var recipe: AdversarialConfiguration {
    var recipe = AdversarialConfiguration(
      batch: 10, shards: 4, averageDecay: 0.9, seed: 5, iterations: 2)
    recipe.warmStart = 4
    return recipe
  }

  @Test("it learns to write a small language back, the same bits for any number of threads")
  func learns() throws {
    let strings: [[UInt16]] = [[2, 3, 4, 5, 2, 3], [6, 6, 5, 4, 0, 0], [1, 2, 1, 2, 1, 2]]
    let data = try TokenMatrix(
      tokens: (0..<60).flatMap { strings[$0 % 3] }, length: 6, vocabulary: 7)
    let results = try [1, 3].map { threads in
      let start = AutoencoderWarmStart(of: Small.generator(), recipe: recipe, threads: threads)
      let losses = try (0..<300).map { _ in try start.advance(data) }
      return (losses: losses, generator: start.generator)
    }
    #expect(results[0].losses == results[1].losses)
    #expect(results[0].generator == results[1].generator)
    #expect(results[0].losses[0] > 1.5)
    let last = results[0].losses.suffix(20).reduce(0, +) / 20
    #expect(last < 0.25)
    let tokens = results[0].generator.tokens(normal([100, Small.latentWidth], "z"))
    let written = (0..<100).map { Array(tokens[$0 * 6..<$0 * 6 + 6]) }
    #expect(written.count { strings.contains($0) } >= 50)
  }

  @Test("its gradients are the slopes of the cross-entropy, in decoder and encoder")
  func slopes() throws {
    let data = try Small.data()
    func start() -> AutoencoderWarmStart {
      AutoencoderWarmStart(of: Small.generator(), recipe: recipe, threads: 1)
    }
    let first = start()
    let gradient = try first.gradient(data)
    #expect(try start().advance(data) == gradient.loss)
    func check(_ found: [Tensor], _ move: (AutoencoderWarmStart, Int, Tensor) -> Void) throws {
      for (index, slopes) in found.enumerated() {
        #expect(norm(slopes) > 0)
        // The median of five directions, since a kink between the two points spoils one.
        let errors = try (0..<5).map { trial in
          let along = normal(slopes.shape, "along \(index).\(trial)")
          func loss(_ scale: Float) throws -> Double {
            let moved = start()
            move(
              moved, index, Tensor(shape: along.shape, values: along.values.map { scale * $0 }))
            return try moved.gradient(data).loss
          }
          let slope = (try loss(3e-4) - loss(-3e-4)) / 6e-4
          let rule = zip(slopes.values, along.values).reduce(0.0) {
            $0 + Double($1.0) * Double($1.1)
          }
          return abs(slope - rule) / (norm(slopes) * norm(along))
        }
        #expect(errors.sorted()[2] < 3e-3, "tensor \(index): \(errors)")
      }
    }
    try check(gradient.generator) { $0.move(generator: true, $1, by: $2) }
    try check(gradient.encoder) { $0.move(generator: false, $1, by: $2) }
  }

  @Test("latents lie in the shell; without noise at distance √Z exactly, zeros at the origin")
  func shell() {
    var codes = normal([3, 8], "codes", scale: 4)
    for index in 16..<24 { codes[index] = 0 }
    var latents = normal([3, 8], "noise")
    LatentShell(noise: 0).place(codes, in: &latents)
    for sample in 0..<2 {
      #expect(abs(norm(item(latents, sample)) - 8.0.squareRoot()) < 1e-6)
      for index in 0..<8 {
        #expect((latents[sample * 8 + index] > 0) == (codes[sample * 8 + index] > 0))
      }
    }
    #expect(norm(item(latents, 2)) == 0)
    // Noise and codes together keep the prior's mean square.
    let many = normal([2_000, 8], "many", scale: 0.1)
    var noisy = normal([2_000, 8], "many noises")
    LatentShell(noise: 0.7).place(many, in: &noisy)
    #expect(abs(norm(noisy) * norm(noisy) / 16_000 - 1) < 0.03)
  }

  @Test("the way back is the slope of the way there, by central differences")
  func shellSlope() {
    let shell = LatentShell(noise: 0.5)
    let (codes, noise) = (normal([4, 8], "codes"), normal([4, 8], "noise"))
    let (cotangent, along) = (normal([4, 8], "dz"), normal([4, 8], "along"))
    func value(_ step: Float) -> Double {
      var latents = noise
      let moved = Tensor(
        shape: [4, 8], values: zip(codes.values, along.values).map { $0 + step * $1 })
      shell.place(moved, in: &latents)
      return zip(latents.values, cotangent.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    var back = Tensor(shape: [4, 8])
    shell.pullBack(cotangent, codes: codes, into: &back)
    let rule = zip(back.values, along.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    let slope = (value(1e-2) - value(-1e-2)) / 2e-2
    #expect(abs(slope - rule) < 2e-3 * norm(back) * norm(along))
  }

  @Test("training begins with it: its steps are told, and the average begins with its generator")
  func training() throws {
    var log: [Int] = []
    var losses: [Double] = []
    let state = try Small.state(recipe)
    let trained = try AdversarialTraining().run(state, data: Small.data()) { event, now in
      switch event {
      case .warmStartStepFinished(let report):
        log.append(-report.step)
        losses.append(report.loss)
        #expect(now == state && report.seconds > 0 && report.steps == 4)
      case .iterationFinished(let report): log.append(report.iteration)
      case .evaluationDue, .checkpointDue: break
      }
      return .proceed
    }
    #expect(log == [-1, -2, -3, -4, 1, 2])
    let start = AutoencoderWarmStart(of: state.generator, recipe: recipe, threads: 1)
    #expect(try losses == (0..<4).map { _ in try start.advance(Small.data()) })
    var begun = state
    begun.begin(with: start.generator)
    #expect(begun.average?.network.parameters == start.generator.network.parameters)
    var plain = recipe
    plain.warmStart = 0
    begun.configuration = plain
    let without = try AdversarialTraining().run(begun, data: Small.data())
    #expect(without.generator == trained.generator && without.critic == trained.critic)
  }

  @Test(
    "stopped in it, saved and loaded, it goes on with the same bits; once under way there is none",
    arguments: [2, 4])
  func stopped(step: Int) throws {
    let state = try Small.state(recipe)
    let whole = try AdversarialTraining().run(state, data: Small.data())
    let stopped = try AdversarialTraining().run(state, data: Small.data()) { event, _ in
      if case .warmStartStepFinished(let report) = event, report.step == step { return .stop }
      return .proceed
    }
    #expect(stopped.iteration == 0 && stopped.warmStart?.step == step)
    #expect(stopped.samplingGenerator != state.samplingGenerator)
    let loaded = try withFolder { folder in
      try stopped.write(to: folder)
      return try AdversarialState(contentsOf: folder)
    }
    #expect(loaded == stopped)
    var steps: [Int] = []
    let resumed = try AdversarialTraining().run(loaded, data: Small.data()) { event, _ in
      if case .warmStartStepFinished(let report) = event { steps.append(report.step) }
      return .proceed
    }
    #expect(steps == Array(step + 1..<5))
    #expect(resumed == whole && resumed.warmStart == nil)
    var longer = whole
    longer.configuration.iterations = 3
    _ = try AdversarialTraining().run(longer, data: Small.data()) { event, _ in
      if case .warmStartStepFinished = event { Issue.record("a second warm start") }
      return .proceed
    }
  }
}

extension AutoencoderWarmStart {
  /// Adds to a parameter of the generator or the encoder.
  fileprivate func move(generator isGenerator: Bool, _ index: Int, by change: Tensor) {
    func move(_ network: inout some ParameterTree) {
      var position = 0
      network.visitParameters(prefix: "") { _, tensor in
        if position == index { Operations.add(change, scale: 1, into: &tensor) }
        position += 1
      }
    }
    if isGenerator { move(&generator.network) } else { move(&state.encoder.network) }
  }
}
