import Determinism
import Tensors

/// A method that takes samples through rounds: steps of a chain, or attempts of a rejection sampler.
///
/// A conforming type says how a chunk of samples begins and goes through a round; cutting, threads,
/// progress, the check of every value and the counting are done here, once for all of them.
protocol RoundwiseMethod: RefinementMethod {
  /// Most rounds; samples that are settled earlier take no part in the rest.
  var rounds: Int { get }
  /// How rows are shared by the cores.
  var sharing: BatchSharing { get }
  /// The state of a chunk before the first round, with d of the starting latents.
  func begin(_ latents: Tensor, samples: Range<Int>) throws -> ChainState
  /// One round of a chunk, `round` from 0.
  func advance(_ state: inout ChainState, round: Int) throws
  /// What is left to do after the last round.
  func finish(_ state: inout ChainState) throws
}

extension RoundwiseMethod {
  func finish(_ state: inout ChainState) throws {}

  /// Refines a batch, round by round.
  public func refine(
    _ latents: Tensor, firstSample: Int,
    progress: (RefinementProgress) throws -> RefinementDecision
  ) throws -> RefinementResult {
    try requireWidth(of: latents)
    precondition(firstSample >= 0, "refine: first sample \(firstSample) must not be negative")
    let count = latents.shape[0]
    let chunks = chunkRanges(
      count: count, chunkSize: sharing.chunkSize, threads: sharing.threads)
    func each(_ body: @Sendable (Int) throws -> ChainState) throws -> [ChainState] {
      try Cores.map(shards: chunks.count, threads: sharing.threads) { chunk in
        try Operations.withFlushedDenormals { try body(chunk) }
      }
    }
    var states = try each { chunk in
      let rows = chunks[chunk]
      let state = try begin(
        latents.rows(rows),
        samples: firstSample + rows.lowerBound..<firstSample + rows.upperBound)
      try state.requireFinite(step: 0)
      return state
    }
    let valuesBefore = states.flatMap(\.values)
    var taken = 0
    while taken < rounds, states.contains(where: { !$0.isSettled }) {
      let round = taken
      states = try each { [states] chunk in
        var state = states[chunk]
        if !state.isSettled { try advance(&state, round: round) }
        try state.requireFinite(step: round + 1)
        return state
      }
      taken += 1
      let report = RefinementProgress(
        step: taken, steps: rounds, samples: count, meanValue: mean(states.flatMap(\.values)))
      if try progress(report) == .stop { break }
    }
    states = try each { [states, taken] chunk in
      var state = states[chunk]
      try finish(&state)
      try state.requireFinite(step: taken)
      return state
    }
    let refined = Tensor.joiningRows(states.map(\.latents), width: latentWidth)
    return RefinementResult(
      latents: refined, valuesBefore: valuesBefore, valuesAfter: states.flatMap(\.values),
      normsBefore: latents.rowNorms(width: latentWidth),
      normsAfter: refined.rowNorms(width: latentWidth), steps: taken,
      cost: states.reduce(RefinementCost()) { $0 + $1.cost },
      acceptance: states.compactMap(\.acceptance).reduce(nil) { ($0 ?? Acceptance()) + $1 })
  }
}

/// The samples of a chunk on their way through the rounds.
struct ChainState: Sendable {
  /// Indices of the samples in the run.
  let samples: Range<Int>
  /// Where each stands, `[N, Z]`.
  var latents: Tensor
  /// d where each stands, `[N]`.
  var values: [Float]
  /// The gradient of the chain's log target at the latents, `[N, Z]`, for a method that keeps it.
  var gradients: Tensor?
  /// Where each row started, `[N, Z]`, for a method that keeps it.
  var origin: Tensor?
  /// The d against which proposals are judged, `[N]`, where it is not that of the latents.
  var levels: [Float] = []
  /// Which rows ever took a proposal, `[N]`, for a method that asks.
  var hasMoved: [Bool] = []
  /// Rows that still take part.
  var open: [Int]
  /// Samples through each call of the ratio so far.
  var cost: RefinementCost
  /// Proposals so far; nil for a method that always moves.
  var acceptance: Acceptance?

  /// A chunk of which every row takes part.
  init(samples: Range<Int>, latents: Tensor, values: [Float], cost: RefinementCost) {
    self.samples = samples
    self.latents = latents
    self.values = values
    self.cost = cost
    open = Array(0..<samples.count)
  }

  /// Whether no row takes part any more.
  var isSettled: Bool { open.isEmpty }

  /// The sample index of each open row.
  var openSamples: [Int] { open.map { samples.lowerBound + $0 } }

  /// Moves a row to another latent.
  mutating func move(_ row: Int, to source: Int, of latents: Tensor, value: Float) {
    self.latents.setRow(row, to: source, of: latents, width: latents.shape[1])
    values[row] = value
  }

  /// Throws for the first latent or value that is not finite.
  func requireFinite(step: Int) throws {
    let remedy = "lower the step size or check the model's weights"
    let sample = { samples.lowerBound + $0 }
    try latents.requireFinite("latent", step: step, sample: sample, remedy: remedy)
    try Tensor(shape: [values.count], values: values).requireFinite(
      "log density ratio", step: step, sample: sample, remedy: remedy)
  }
}

extension RandomStream {
  /// The stream of proposals that selectors draw from the prior.
  static func proposals(seed: UInt64) -> RandomStream {
    RandomStream(seed: seed, name: "proposals")
  }

  /// The stream of the uniform numbers by which proposals are accepted.
  static func acceptance(seed: UInt64) -> RandomStream {
    RandomStream(seed: seed, name: "acceptance")
  }
}
