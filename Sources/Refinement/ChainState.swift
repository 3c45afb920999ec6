import Tensors

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
  /// The step size of each row, `[N]`, for a method that adapts it.
  var stepSizes: [Double] = []
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
