import Tensors

/// What a refinement did, sample by sample.
public struct RefinementResult: Sendable {
  /// The refined latents, `[N, Z]`.
  public let latents: Tensor
  /// d(G(z)) of the starting latents, nats.
  public let valuesBefore: [Float]
  /// d(G(z)) of the refined latents, nats.
  public let valuesAfter: [Float]
  /// ‖z‖ of the starting latents; near √Z for standard normal ones.
  public let normsBefore: [Float]
  /// ‖z‖ of the refined latents.
  public let normsAfter: [Float]
  /// Steps taken: those asked for, or fewer where the progress closure said stop.
  public let steps: Int
  /// What all samples cost together.
  public let cost: RefinementCost
  /// How often a method that accepts or rejects did so; nil for one that always moves.
  public let acceptance: Acceptance?
  /// The states saved on the way; empty unless asked for.
  public let trajectory: [TrajectoryPoint]

  init(
    latents: Tensor, valuesBefore: [Float], valuesAfter: [Float], normsBefore: [Float],
    normsAfter: [Float], steps: Int, cost: RefinementCost, acceptance: Acceptance? = nil,
    trajectory: [TrajectoryPoint] = []
  ) {
    self.latents = latents
    self.valuesBefore = valuesBefore
    self.valuesAfter = valuesAfter
    self.normsBefore = normsBefore
    self.normsAfter = normsAfter
    self.steps = steps
    self.cost = cost
    self.acceptance = acceptance
    self.trajectory = trajectory
  }

  /// Cost units of a sample, on average: 2N + 1 for a flow of N steps; zero without samples.
  public var unitsPerSample: Double {
    valuesAfter.isEmpty ? 0 : Double(cost.units) / Double(valuesAfter.count)
  }

  /// Mean of d before, over the samples; not a number without samples.
  public var meanValueBefore: Double { mean(valuesBefore) }
  /// Mean of d after, over the samples; not a number without samples.
  public var meanValueAfter: Double { mean(valuesAfter) }
  /// Mean of ‖z‖ before, over the samples; not a number without samples.
  public var meanNormBefore: Double { mean(normsBefore) }
  /// Mean of ‖z‖ after, over the samples; not a number without samples.
  public var meanNormAfter: Double { mean(normsAfter) }
}

/// The cost of a refinement: how many samples went through each call of the ratio.
///
/// One unit is a forward pass of generator and critic on one sample.
public struct RefinementCost: Codable, Equatable, Sendable {
  /// Samples through `values`, one unit each.
  public var values: Int
  /// Samples through `evaluate`, two units each.
  public var evaluations: Int

  /// Counts of samples, each at least zero.
  public init(values: Int = 0, evaluations: Int = 0) {
    self.values = values
    self.evaluations = evaluations
  }

  /// `values` + 2 · `evaluations`.
  public var units: Int { values + 2 * evaluations }

  /// The cost of both.
  public static func + (first: RefinementCost, second: RefinementCost) -> RefinementCost {
    RefinementCost(
      values: first.values + second.values, evaluations: first.evaluations + second.evaluations)
  }
}

/// How often proposals were taken.
public struct Acceptance: Codable, Equatable, Sendable {
  /// Proposals judged, over all samples.
  public var proposed: Int
  /// Proposals taken.
  public var accepted: Int
  /// Samples for which no proposal was ever taken, and which are ordinary generated samples instead.
  public var unresolved: Int

  /// Counts, each at least zero.
  public init(proposed: Int = 0, accepted: Int = 0, unresolved: Int = 0) {
    self.proposed = proposed
    self.accepted = accepted
    self.unresolved = unresolved
  }

  /// Accepted over proposed; not a number without proposals.
  public var rate: Double { Double(accepted) / Double(proposed) }

  /// The counts of both.
  public static func + (first: Acceptance, second: Acceptance) -> Acceptance {
    Acceptance(
      proposed: first.proposed + second.proposed, accepted: first.accepted + second.accepted,
      unresolved: first.unresolved + second.unresolved)
  }
}

/// One saved state of a flow.
public struct TrajectoryPoint: Sendable {
  /// Steps taken when the state was saved; zero is the start.
  public let step: Int
  /// d(G(z)) of every sample, nats.
  public let values: [Float]
  /// The latents `[N, Z]`, where asked for.
  public let latents: Tensor?
}

/// What a refinement keeps on the way.
///
/// Saving costs memory, never a further evaluation.
public enum TrajectorySaving: Equatable, Sendable {
  /// Nothing but start and end.
  case nothing
  /// d of every sample at the start, after every `every` steps and at the end.
  case values(every: Int)
  /// As `values`, with the latents.
  case valuesAndLatents(every: Int)

  /// Whether a state after `step` of `steps` steps is kept; `every` is at least 1.
  func keeps(step: Int, isLast: Bool) -> Bool {
    switch self {
    case .nothing: false
    case .values(let every), .valuesAndLatents(let every): isLast || step % every == 0
    }
  }

  /// Whether latents are kept with the values.
  var keepsLatents: Bool {
    switch self {
    case .nothing, .values: false
    case .valuesAndLatents: true
    }
  }
}

/// Told after each step of a refinement.
public struct RefinementProgress: Equatable, Sendable {
  /// Steps taken in this call, from 1.
  public let step: Int
  /// Steps asked for in this call.
  public let steps: Int
  /// Samples in the batch.
  public let samples: Int
  /// Mean of d over the samples *before* this step; d after it is known at the next one.
  public let meanValue: Double
}

/// The answer of a progress closure.
public enum RefinementDecision: Sendable {
  /// Take the next step.
  case proceed
  /// Take no further step; the result describes the state reached.
  case stop
}

/// The mean in double, summed in order; not a number for no values.
func mean(_ values: [Float]) -> Double {
  var sum = 0.0
  for value in values { sum += Double(value) }
  return sum / Double(values.count)
}
