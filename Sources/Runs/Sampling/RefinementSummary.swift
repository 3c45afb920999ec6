import Refinement
import TextCoding

/// What refinement moved, accumulated over blocks.
public struct RefinementSummary: Codable, Sendable, Equatable {
  /// Samples refined.
  public private(set) var samples = 0
  /// Mean of d at the starting latents, nats.
  public private(set) var meanRatioBefore = 0.0
  /// Mean of d at the refined latents, nats.
  public private(set) var meanRatioAfter = 0.0
  /// Mean of d of the decoded starting samples, nats, where d was taken at soft ones.
  public private(set) var meanDecodedBefore: Double?
  /// Mean of d of the decoded refined samples, likewise: where it rises less than d, samples became sharper
  /// and their text did not become as much more real.
  public private(set) var meanDecodedAfter: Double?
  /// Mean norm of the starting latents (the prior's is near √Z).
  public private(set) var meanNormBefore = 0.0
  /// Mean norm of the refined latents.
  public private(set) var meanNormAfter = 0.0
  /// Share of positions whose decoded symbol changed, in [0, 1].
  public private(set) var charactersChanged = 0.0
  /// Share of samples whose decoded text changed, in [0, 1].
  public private(set) var textsChanged = 0.0
  /// Cost units a sample: one forward pass of G and D each.
  public private(set) var costPerSample = 0.0
  /// How often proposals were taken; nil for a method that always moves.
  public private(set) var acceptance: Acceptance?

  /// Nothing refined yet.
  public init() {}

  /// Takes in a block.
  public mutating func add(_ block: RefinedSampler.Block) {
    let count = block.samples.count
    guard count > 0 else { return }
    let length = block.before.length
    var changedPositions = 0
    var changedTexts = 0
    block.before.withUnsafeTokens { before in
      block.after.withUnsafeTokens { after in
        for row in 0..<count {
          var changed = 0
          for index in row * length..<(row + 1) * length where before[index] != after[index] {
            changed += 1
          }
          changedPositions += changed
          changedTexts += changed > 0 ? 1 : 0
        }
      }
    }
    let total = Double(samples + count)
    func merge(_ mean: inout Double, _ value: Double) {
      mean += (value - mean) * Double(count) / total
    }
    merge(&meanRatioBefore, block.result.meanValueBefore)
    merge(&meanRatioAfter, block.result.meanValueAfter)
    func mean(_ values: [Float]) -> Double {
      values.reduce(0) { $0 + Double($1) } / Double(values.count)
    }
    if let before = block.decodedBefore, let after = block.decodedAfter {
      var means = (meanDecodedBefore ?? 0, meanDecodedAfter ?? 0)
      merge(&means.0, mean(before))
      merge(&means.1, mean(after))
      (meanDecodedBefore, meanDecodedAfter) = means
    }
    merge(&meanNormBefore, block.result.meanNormBefore)
    merge(&meanNormAfter, block.result.meanNormAfter)
    merge(&charactersChanged, Double(changedPositions) / Double(count * length))
    merge(&textsChanged, Double(changedTexts) / Double(count))
    samples += count
    merge(&costPerSample, block.result.unitsPerSample)
    if let more = block.result.acceptance { acceptance = (acceptance ?? Acceptance()) + more }
  }
}
