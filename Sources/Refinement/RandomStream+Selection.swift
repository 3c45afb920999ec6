import Determinism

extension RandomStream {
  /// The stream of proposals that selectors draw from the prior.
  static func proposals(seed: UInt64) -> RandomStream {
    RandomStream(seed: seed, name: "proposals")
  }

  /// The stream of the uniform numbers by which proposals are accepted.
  static func acceptance(seed: UInt64) -> RandomStream {
    RandomStream(seed: seed, name: "acceptance")
  }
}
