import Tensors

/// Puts codes where a standard normal latent of many dimensions lies: at distance √Z from the origin,
/// with noise.
///
/// z = (√Z e / ‖e‖ + σ ε) / √(1 + σ²) with ε standard normal. A code of zeros stays at the origin.
struct LatentShell {
  /// σ ≥ 0.
  let noise: Double

  /// Latents of codes `[N, Z]`.
  ///
  /// - Parameter latents: holds ε, overwritten by z.
  func place(_ codes: Tensor, in latents: inout Tensor) {
    let width = codes.shape[1]
    let share = 1 / (1 + noise * noise).squareRoot()
    for sample in 0..<codes.shape[0] {
      let norm = norm(of: codes, sample)
      let scale = norm > 0 ? Double(width).squareRoot() / norm : 0
      for index in 0..<width {
        latents[sample * width + index] = Float(
          share
            * (scale * Double(codes[sample * width + index]) + noise
              * Double(latents[sample * width + index])))
      }
    }
  }

  /// The cotangent of the codes for one of the latents: the part along the shell, scaled.
  func pullBack(_ cotangent: Tensor, codes: Tensor, into result: inout Tensor) {
    let width = codes.shape[1]
    let share = 1 / (1 + noise * noise).squareRoot()
    for sample in 0..<codes.shape[0] {
      let norm = norm(of: codes, sample)
      var inner = 0.0
      for index in 0..<width {
        inner += Double(codes[sample * width + index]) * Double(cotangent[sample * width + index])
      }
      for index in 0..<width {
        guard norm > 0 else {
          result[sample * width + index] = 0
          continue
        }
        let along = Double(codes[sample * width + index]) * inner / (norm * norm)
        result[sample * width + index] = Float(
          share * Double(width).squareRoot() / norm
            * (Double(cotangent[sample * width + index]) - along))
      }
    }
  }

  private func norm(of codes: Tensor, _ sample: Int) -> Double {
    let width = codes.shape[1]
    return (0..<width).reduce(0.0) { sum, index in
      let element = Double(codes[sample * width + index])
      return sum + element * element
    }.squareRoot()
  }
}
