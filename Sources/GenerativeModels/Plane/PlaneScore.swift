import NeuralNetworks
import Tensors

/// d(G(z)) in the plane: the critic's score of the generator's point at a latent, with its gradient.
///
/// As ``LatentCriticScore`` for text: each row on its own, on the calling thread, from several threads at once.
public struct PlaneScore: Sendable {
  /// G and D.
  public let networks: PlaneNetworks
  /// Z, the width of a latent.
  public let latentWidth: Int
  private let pool = Pool { Arena() }

  private final class Arena {
    let workspace = Workspace()
    let generator = PlaneNetworks.Generator.Trace()
    let critic = PlaneNetworks.Critic.Trace()
  }

  /// The score of networks.
  public init(_ networks: PlaneNetworks) {
    self.networks = networks
    latentWidth = networks.generator.first.latentWidth
  }

  /// d(G(z)), `[N, Z]` → `[N]`.
  public func values(_ latents: Tensor) throws -> Tensor {
    pool.withElement(key: latents.shape[0]) { arena in
      apply(latents, arena)
      return arena.critic.output
    }
  }

  /// d(G(z)) `[N]` with its gradient in z, `[N, Z]`.
  public func evaluate(_ latents: Tensor) throws -> (values: Tensor, gradients: Tensor) {
    pool.withElement(key: latents.shape[0]) { arena in
      apply(latents, arena)
      let count = latents.shape[0]
      networks.critic.pullback(
        Tensor(shape: [count], values: .init(repeating: 1, count: count)),
        input: arena.generator.output, trace: arena.critic, reachingInput: true,
        workspace: arena.workspace)
      networks.generator.pullback(
        arena.critic.inputCotangent, input: latents, trace: arena.generator, reachingInput: true,
        workspace: arena.workspace)
      return (arena.critic.output, arena.generator.inputCotangent)
    }
  }

  /// The points at latents, `[N, Z]` → `[N, 2]`.
  public func points(_ latents: Tensor) -> Tensor {
    pool.withElement(key: latents.shape[0]) { arena in
      networks.generator.apply(latents, trace: arena.generator, workspace: arena.workspace)
      return arena.generator.output.dense.reshaped([latents.shape[0], 2])
    }
  }

  /// d of points, `[N, 2]` → `[N]`.
  public func values(points: Tensor) -> Tensor {
    pool.withElement(key: points.shape[0]) { arena in
      networks.critic.apply(
        Sequences(points.reshaped([points.shape[0], 1, 2])), trace: arena.critic,
        workspace: arena.workspace)
      return arena.critic.output
    }
  }

  private func apply(_ latents: Tensor, _ arena: Arena) {
    networks.generator.apply(latents, trace: arena.generator, workspace: arena.workspace)
    networks.critic.apply(
      arena.generator.output, trace: arena.critic, workspace: arena.workspace)
  }
}
