import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The exact ratio of two diagonal Gaussians in latent space, the problem with known answers.
///
/// d(z) = log N(z; m_data, s_data²) − log N(z; m_model, s_model²)
/// = Σ_k log(s_model,k/s_data,k) + ½((z_k − m_model,k)/s_model,k)² − ½((z_k − m_data,k)/s_data,k)².
///
/// The generator is the identity. d is concave where the data are narrower than the model. Values
/// are accumulated in double and rounded once.
public struct GaussianRatio: LatentLogDensityRatio, Equatable {
  /// A Gaussian with independent coordinates.
  public struct Diagonal: Sendable, Equatable {
    /// Mean of each coordinate, `[Z]`.
    public let means: [Double]
    /// Standard deviation of each coordinate, `[Z]`, above zero.
    public let deviations: [Double]

    /// - Parameters:
    ///   - means: `[Z]`, finite.
    ///   - deviations: `[Z]`, finite and above zero.
    public init(means: [Double], deviations: [Double]) {
      precondition(
        means.count == deviations.count && !means.isEmpty,
        "GaussianRatio.Diagonal: \(means.count) means and \(deviations.count) deviations")
      precondition(
        means.allSatisfy(\.isFinite) && deviations.allSatisfy { $0 > 0 && $0.isFinite },
        "GaussianRatio.Diagonal: means \(means) or deviations \(deviations) out of range")
      self.means = means
      self.deviations = deviations
    }
  }

  /// The distribution of the data.
  public let data: Diagonal
  /// The distribution of the model's samples.
  public let model: Diagonal

  /// - Parameters:
  ///   - data: distribution of the data, width Z.
  ///   - model: distribution of the model, width Z.
  public init(data: Diagonal, model: Diagonal) {
    precondition(
      data.means.count == model.means.count,
      "GaussianRatio: data have width \(data.means.count), the model \(model.means.count)")
    self.data = data
    self.model = model
  }

  /// The one-dimensional ratio of N(dataMean, dataDeviation²) to N(modelMean, modelDeviation²).
  public init(
    dataMean: Double = 0, dataDeviation: Double = 1, modelMean: Double = 0,
    modelDeviation: Double = 1
  ) {
    self.init(
      data: Diagonal(means: [dataMean], deviations: [dataDeviation]),
      model: Diagonal(means: [modelMean], deviations: [modelDeviation]))
  }

  /// Z, the width of a latent.
  public var latentWidth: Int { data.means.count }

  /// KL(model‖data) in nats, in closed form.
  public var modelToDataDivergence: Double {
    var sum = 0.0
    for k in 0..<latentWidth {
      let ratio = model.deviations[k] / data.deviations[k]
      let shift = (model.means[k] - data.means[k]) / data.deviations[k]
      sum += 0.5 * (ratio * ratio + shift * shift - 1) - log(ratio)
    }
    return sum
  }

  /// d of each latent, `[N, Z]` → `[N]`.
  public func values(_ latents: Tensor) throws -> Tensor {
    latents.mapRows(width: latentWidth, operation: "GaussianRatio.values", value)
  }

  /// d `[N]` and its gradient `[N, Z]`: (z − m_model)/s_model² − (z − m_data)/s_data².
  public func evaluate(_ latents: Tensor) throws -> (values: Tensor, gradients: Tensor) {
    let width = latentWidth
    var gradients = latents.values
    for index in gradients.indices {
      let (k, z) = (index % width, Double(gradients[index]))
      let model = (z - model.means[k]) / (model.deviations[k] * model.deviations[k])
      let data = (z - data.means[k]) / (data.deviations[k] * data.deviations[k])
      gradients[index] = Float(model - data)
    }
    return (try values(latents), Tensor(shape: latents.shape, values: gradients))
  }

  private func value(_ latent: UnsafeBufferPointer<Float>) -> Float {
    var sum = 0.0
    for k in 0..<latentWidth {
      let z = Double(latent[k])
      let model = (z - model.means[k]) / model.deviations[k]
      let data = (z - data.means[k]) / data.deviations[k]
      sum += log(self.model.deviations[k] / self.data.deviations[k])
      sum += 0.5 * (model * model - data * data)
    }
    return Float(sum)
  }
}
