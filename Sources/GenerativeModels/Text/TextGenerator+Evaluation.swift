import Determinism
import NeuralNetworks
import Synchronization
import Tensors

extension TextGenerator {
  /// Probabilities of the symbols at each position, `[N, Z]` → `[N, L, V]`.
  ///
  /// - Parameters:
  ///   - latents: `[N, Z]`; N = 0 gives no samples.
  ///   - threads: threads that share the chunks; without influence on the result.
  /// - Complexity: memory for N · L · V floats; ``tokens(_:threads:)`` needs L integers a sample.
  public func probabilities(_ latents: Tensor, threads: Int = 1) -> Sequences {
    var result = Sequences(
      samples: rows(of: latents), length: configuration.length,
      channels: configuration.vocabulary)
    let stride = result.sampleStride
    result.withUnsafeMutableValues { target in
      // Each chunk writes the samples of its own range, with the zero rows before them.
      nonisolated(unsafe) let base = target.baseAddress
      forEachChunk(latents, threads: threads) { range, output in
        output.withUnsafeValues { source in
          guard let base, let from = source.baseAddress else { return }
          (base + range.lowerBound * stride).update(from: from, count: range.count * stride)
        }
      }
    }
    return result
  }

  /// The most probable symbol at each position, `[N, Z]` → tokens `[N · L]` row-major; among equal
  /// probabilities the first symbol.
  ///
  /// - Parameters:
  ///   - latents: `[N, Z]`.
  ///   - threads: threads that share the chunks; without influence on the result.
  public func tokens(_ latents: Tensor, threads: Int = 1) -> [UInt16] {
    let length = configuration.length
    let count = rows(of: latents) * length
    return [UInt16](unsafeUninitializedCapacity: count) { target, initialized in
      nonisolated(unsafe) let base = target.baseAddress
      forEachChunk(latents, threads: threads) { range, output in
        guard let base else { return }
        for (index, token) in Operations.argmax(output).enumerated() {
          (base + range.lowerBound * length + index).initialize(to: token)
        }
      }
      initialized = count
    }
  }

  /// The mean over samples and positions of the largest probability, in [1/V, 1].
  ///
  /// Near 1 the softmax is saturated: next to no gradient gets through it.
  ///
  /// - Parameters:
  ///   - latents: `[N, Z]`, N ≥ 1.
  ///   - threads: threads that share the chunks; without influence on the result.
  public func sharpness(_ latents: Tensor, threads: Int = 1) -> Double {
    let count = rows(of: latents)
    precondition(count > 0, "TextGenerator.sharpness: no latents")
    // Each chunk writes its own sum, and they are added up in order.
    let sums = Mutex([Double](repeating: 0, count: TextArena.chunks(count)))
    forEachChunk(latents, threads: threads) { range, output in
      var sum = 0.0
      for sample in 0..<output.samples {
        for position in 0..<output.length {
          var largest: Float = 0
          for channel in 0..<output.channels {
            largest = max(largest, output[sample, position, channel])
          }
          sum += Double(largest)
        }
      }
      sums.withLock { $0[range.lowerBound / TextArena.chunk] = sum }
    }
    return sums.withLock { $0.reduce(0, +) } / Double(count * configuration.length)
  }

  /// The cotangent of the latents and the gradient of the parameters for a cotangent of the
  /// probabilities; single-threaded, for tests and small batches.
  ///
  /// - Parameters:
  ///   - cotangent: `[N, L, V]`.
  ///   - latents: `[N, Z]`.
  /// - Returns: Jᵀ δ as `[N, Z]`, and the gradient as a network.
  public func pullback(_ cotangent: Sequences, latents: Tensor) -> (
    latents: Tensor, parameters: Network
  ) {
    let (trace, workspace) = (Network.Trace(), Workspace())
    var gradient = network.zeroed
    network.apply(latents, trace: trace, workspace: workspace)
    network.pullback(
      cotangent, input: latents, trace: trace, reachingInput: true, workspace: workspace)
    network.addGradient(
      input: latents, cotangent: cotangent, trace: trace, into: &gradient, workspace: workspace)
    return (trace.inputCotangent, gradient)
  }

  private func rows(of latents: Tensor) -> Int {
    precondition(
      latents.shape.count == 2 && latents.shape[1] == configuration.latentWidth,
      "TextGenerator: latents \(latents.shape) are not [N, \(configuration.latentWidth)]")
    return latents.shape[0]
  }

  private func forEachChunk(
    _ latents: Tensor, threads: Int, _ body: @Sendable (Range<Int>, Sequences) -> Void
  ) {
    let count = rows(of: latents)
    let network = prepared(threads: threads).network
    let pool = Pool { TextArena() }
    Cores.run(shards: TextArena.chunks(count), threads: threads) { index in
      let range = TextArena.range(index, of: count)
      Operations.withFlushedDenormals {
        pool.withElement(key: range.count) { arena in
          arena.latents.copy(rows: range, of: latents)
          network.apply(arena.latents, trace: arena.generator, workspace: arena.workspace)
          body(range, arena.generator.output)
        }
      }
    }
  }
}
