import Files

/// How a WGAN-GP of the plane is built and trained.
///
/// The published recipe (gan_toy.py of igul222/improved_wgan_training) has width 512 and 100,000 iterations; the
/// defaults here are what two processor cores do in minutes, all else as published.
public struct PlaneRecipe: Codable, Equatable, Sendable {
  /// Z = 2, as published.
  public var latentWidth = 2
  /// Units of each of the three hidden layers: 128; 512 as published.
  public var width = 128
  /// B = 256, as published.
  public var batch = 256
  /// Critic steps for a generator step: 5, as published.
  public var criticIterations = 5
  /// λ = 0.1, as published: smaller than for text, which is faster in the plane.
  public var penalty = 0.1
  /// Adam's rate of both networks: 1e-4, as published; betas 0.5 and 0.9.
  public var rate = 1e-4
  /// Generator steps.
  public var iterations = 10_000
  /// Seed of parameters and draws.
  public var seed: UInt64 = 1
  /// Shards of a batch; part of the result's definition.
  public var shards = 8

  /// The defaults.
  public init() {}

  /// Checks every range.
  ///
  /// - Throws: `Failure` of kind `usage`, naming the value.
  public func validate() throws {
    for (name, value) in [
      ("latent width", latentWidth), ("width", width), ("batch", batch),
      ("critic iterations", criticIterations), ("shards", shards),
    ] where value < 1 {
      throw Failure(.usage, "\(name) \(value) is out of range: give at least 1")
    }
    guard width <= 4096, batch <= 1 << 20 else {
      throw Failure(
        .usage, "width \(width) or batch \(batch) is too large: give at most 4096 and \(1 << 20)")
    }
    guard iterations >= 0, iterations < 1 << 28 else {
      throw Failure(.usage, "\(iterations) iterations are out of range: give at least 0")
    }
    guard rate > 0, rate.isFinite, penalty >= 0, penalty.isFinite else {
      throw Failure(
        .usage, "rate \(rate) must be finite and above 0, penalty \(penalty) finite and at least 0")
    }
  }
}
