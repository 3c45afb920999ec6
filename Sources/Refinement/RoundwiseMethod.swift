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
  /// What to keep on the way; nothing, where a method does not say otherwise.
  var saving: TrajectorySaving { get }
  /// The state of a chunk before the first round, with d of the starting latents.
  func begin(_ latents: Tensor, samples: Range<Int>) throws -> ChainState
  /// One round of a chunk, `round` from 0.
  func advance(_ state: inout ChainState, round: Int) throws
  /// What is left to do after the last round.
  func finish(_ state: inout ChainState) throws
}

extension RoundwiseMethod {
  func finish(_ state: inout ChainState) throws {}
  var saving: TrajectorySaving { .nothing }

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
    var trajectory: [TrajectoryPoint] = []
    var taken = 0
    func keep(isLast: Bool) {
      guard saving.keeps(step: taken, isLast: isLast) else { return }
      trajectory.append(
        TrajectoryPoint(
          step: taken, values: states.flatMap(\.values),
          latents: saving.keepsLatents
            ? Tensor.joiningRows(states.map(\.latents), width: latentWidth) : nil))
    }
    while taken < rounds, states.contains(where: { !$0.isSettled }) {
      keep(isLast: false)
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
    keep(isLast: true)
    let refined = Tensor.joiningRows(states.map(\.latents), width: latentWidth)
    return RefinementResult(
      latents: refined, valuesBefore: valuesBefore, valuesAfter: states.flatMap(\.values),
      normsBefore: latents.rowNorms(width: latentWidth),
      normsAfter: refined.rowNorms(width: latentWidth), steps: taken,
      cost: states.reduce(RefinementCost()) { $0 + $1.cost },
      acceptance: states.compactMap(\.acceptance).reduce(nil) { ($0 ?? Acceptance()) + $1 },
      trajectory: trajectory)
  }
}
