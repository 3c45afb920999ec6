import Tensors

extension SampleRepresentation {
  /// Makes `samples` what a critic is shown of generated samples.
  ///
  /// - Parameter probabilities: the generator's output `[N, L, V]`.
  func show(_ probabilities: Sequences, in samples: inout Sequences) {
    samples.prepare(like: probabilities)
    switch self {
    case .raw:
      samples.copy(samples: 0..<probabilities.samples, of: probabilities, to: 0)
    case .decoded:
      Operations.argmax(probabilities).withUnsafeBufferPointer {
        Operations.oneHot($0, into: &samples)
      }
    case .smoothed:
      samples.copy(samples: 0..<probabilities.samples, of: probabilities, to: 0)
      smooth(&samples)
    }
  }

  /// Makes `samples` what a critic is shown of real text.
  ///
  /// - Parameter tokens: `[N, length]`, each below `vocabulary`.
  func show(
    _ tokens: UnsafeBufferPointer<UInt16>, length: Int, vocabulary: Int,
    in samples: inout Sequences
  ) {
    samples.prepare(samples: tokens.count / length, length: length, channels: vocabulary)
    Operations.oneHot(tokens, into: &samples)
    smooth(&samples)
  }

  /// Derivative of what the critic is shown in the probabilities.
  var slope: Float {
    if case .smoothed(let level) = self { 1 - level } else { 1 }
  }

  /// Mixes with the uniform distribution where the representation asks for it.
  private func smooth(_ samples: inout Sequences) {
    guard case .smoothed(let level) = self else { return }
    let floor = level / Float(samples.channels)
    let (count, length, channels) = (samples.samples, samples.length, samples.channels)
    for sample in 0..<count {
      let start = samples.offset(sample: sample, position: 0)
      samples.withUnsafeMutableValues { values in
        for index in start..<start + length * channels {
          values[index] = (1 - level) * values[index] + floor
        }
      }
    }
  }
}
