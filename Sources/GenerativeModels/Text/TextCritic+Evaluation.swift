import Determinism
import NeuralNetworks
import Tensors

extension TextCritic {
  /// Scores of samples, `[N, L, V]` → `[N]`.
  ///
  /// - Parameters:
  ///   - samples: probabilities or one-hot rows.
  ///   - threads: threads that share the chunks; without influence on the result.
  public func scores(_ samples: Sequences, threads: Int = 1) -> Tensor {
    check(samples)
    return scores(count: samples.samples, threads: threads) { range, arena in
      arena.samples.prepare(
        samples: range.count, length: samples.length, channels: samples.channels,
        padding: samples.padding)
      arena.samples.copy(samples: range, of: samples, to: 0)
    }
  }

  /// Scores of token strings as one-hot rows, `[N · L]` row-major → `[N]`.
  ///
  /// - Parameters:
  ///   - tokens: each below V; their count must be a multiple of L.
  ///   - threads: threads that share the chunks; without influence on the result.
  public func scores(tokens: [UInt16], threads: Int = 1) -> Tensor {
    let (length, vocabulary) = (configuration.length, configuration.vocabulary)
    precondition(
      tokens.count % length == 0,
      "TextCritic.scores: \(tokens.count) tokens are not rows of \(length)")
    return scores(count: tokens.count / length, threads: threads) { range, arena in
      tokens[range.lowerBound * length..<range.upperBound * length].withUnsafeBufferPointer {
        arena.setSamples(tokens: $0, length: length, vocabulary: vocabulary)
      }
    }
  }

  /// Scores of the generator's soft samples at latents, `[N, Z]` → `[N]`.
  ///
  /// - Parameters:
  ///   - generator: its samples must have this critic's length and vocabulary.
  ///   - latents: `[N, Z]`.
  ///   - threads: threads that share the chunks; without influence on the result.
  public func scores(of generator: TextGenerator, at latents: Tensor, threads: Int = 1) -> Tensor {
    let generator = generator.prepared(threads: threads)
    return scores(count: latents.shape[0], threads: threads) { range, arena in
      arena.latents.copy(rows: range, of: latents)
      generator.network.apply(arena.latents, trace: arena.generator, workspace: arena.workspace)
      let samples = arena.generator.output
      arena.samples.prepare(like: samples)
      arena.samples.copy(samples: 0..<samples.samples, of: samples, to: 0)
    }
  }

  /// Scores and their gradients in the samples, `[N, L, V]` → `[N]`, `[N, L, V]`; single-threaded.
  public func inputGradient(_ samples: Sequences) -> (scores: Tensor, gradients: Sequences) {
    check(samples)
    let (trace, workspace) = (Network.Trace(), Workspace())
    network.apply(samples, trace: trace, workspace: workspace)
    network.pullback(
      Tensor(shape: [samples.samples], values: .init(repeating: 1, count: samples.samples)),
      input: samples, trace: trace, reachingInput: true, workspace: workspace)
    return (trace.output, trace.inputCotangent)
  }

  /// The derivative of the scores along `tangent`, `[N, L, V]` → `[N]`; single-threaded.
  public func pushforward(_ tangent: Sequences, at samples: Sequences) -> Tensor {
    check(samples)
    check(tangent)
    let (trace, workspace) = (Network.Trace(), Workspace())
    network.apply(samples, trace: trace, workspace: workspace)
    network.pushforward(tangent, input: samples, trace: trace, workspace: workspace)
    return trace.outputTangent
  }

  private func check(_ samples: Sequences) {
    precondition(
      samples.length == configuration.length && samples.channels == configuration.vocabulary,
      "TextCritic: samples \(samples.shape) are not "
        + "[N, \(configuration.length), \(configuration.vocabulary)]")
  }

  private func scores(
    count: Int, threads: Int, _ fill: @Sendable (Range<Int>, TextArena) -> Void
  ) -> Tensor {
    var result = Tensor(shape: [count])
    let network = prepared(threads: threads).network
    let pool = Pool { TextArena() }
    result.withUnsafeMutableValues { target in
      // Each chunk writes the scores of its own range.
      nonisolated(unsafe) let base = target.baseAddress
      Cores.run(shards: TextArena.chunks(count), threads: threads) { index in
        let range = TextArena.range(index, of: count)
        Operations.withFlushedDenormals {
          pool.withElement(key: range.count) { arena in
            fill(range, arena)
            network.apply(arena.samples, trace: arena.critic, workspace: arena.workspace)
            arena.critic.output.withUnsafeValues { scores in
              guard let base, let from = scores.baseAddress else { return }
              (base + range.lowerBound).update(from: from, count: range.count)
            }
          }
        }
      }
    }
    return result
  }
}
