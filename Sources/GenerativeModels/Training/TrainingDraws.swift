import Determinism
import Tensors

/// The random inputs of training steps, functions of (seed, step, position in the batch) alone.
struct TrainingDraws {
  private let rows: RandomStream
  private let interpolation: RandomStream
  private let criticLatents: RandomStream
  private let generatorLatents: RandomStream

  init(seed: UInt64) {
    rows = RandomStream(seed: seed, name: "training.rows")
    interpolation = RandomStream(seed: seed, name: "training.interpolation")
    criticLatents = RandomStream(seed: seed, name: "training.latents.critic")
    generatorLatents = RandomStream(seed: seed, name: "training.latents.generator")
  }

  /// Rows of the data for critic step `step`, drawn with replacement.
  func rows(step: Int, batch: Int, below count: Int) -> [Int] {
    (0..<batch).map { rows.index(below: count, sample: UInt64($0), step: UInt32(step)) }
  }

  /// α of each sample for critic step `step`, in [0, 1).
  func interpolation(step: Int, batch: Int) -> [Float] {
    (0..<batch).map { interpolation.uniform(sample: UInt64($0), step: UInt32(step)) }
  }

  /// Latents of critic step `step`, standard normal.
  func criticLatents(step: Int, into latents: inout Tensor) {
    TrainingDraws.fill(&latents, criticLatents, step: step)
  }

  /// Latents of generator step `step`, standard normal.
  func generatorLatents(step: Int, into latents: inout Tensor) {
    TrainingDraws.fill(&latents, generatorLatents, step: step)
  }

  /// Fills latents `[B, Z]` from a stream, standard normal.
  static func fill(_ latents: inout Tensor, _ stream: RandomStream, step: Int) {
    let width = latents.shape[1]
    latents.withUnsafeMutableValues { values in
      for sample in 0..<(values.count / max(width, 1)) {
        stream.fillNormal(
          UnsafeMutableBufferPointer(rebasing: values[sample * width..<(sample + 1) * width]),
          sample: UInt64(sample), step: UInt32(step))
      }
    }
  }
}
