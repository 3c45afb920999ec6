/// Random numbers that are a pure function of (seed, stream name, sample, step).
///
/// There is no state that advances: sample 17 at step 3 draws the same numbers whoever asks, in
/// whatever batch, on whatever thread and machine. Two purposes use two stream names ("latents",
/// "noise"); the kinds of draws below never share random words with each other, but two calls of the
/// same kind with the same (sample, step) return the same numbers.
///
/// The generator is Philox4x32-10 with the counter (sample low, sample high, step, block) and a key
/// mixed from the seed and the stream name; for one name, different seeds have different keys.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct RandomStream: Sendable, Equatable {
  /// The seed.
  public let seed: UInt64
  /// The stream's name, its purpose in a word.
  public let name: String
  private let key: SIMD2<UInt32>

  /// Creates a stream.
  ///
  /// - Parameters:
  ///   - seed: the run's seed.
  ///   - name: the purpose; two purposes take two names.
  public init(seed: UInt64, name: String) {
    self.seed = seed
    self.name = name
    let mixed = StableHash.finalised(seed ^ StableHash(name).value)
    key = SIMD2(UInt32(truncatingIfNeeded: mixed), UInt32(truncatingIfNeeded: mixed >> 32))
  }

  /// Four random words of 32 bits for the counter (sample, step, block).
  ///
  /// The draws below use certain ranges of `block`: normal numbers 0..<2³¹, the others above. Take a
  /// stream of its own for raw words.
  public func words(sample: UInt64, step: UInt32, block: UInt32) -> SIMD4<UInt32> {
    let low = UInt32(truncatingIfNeeded: sample)
    let high = UInt32(truncatingIfNeeded: sample >> 32)
    return Philox.words(counter: SIMD4(low, high, step, block), key: key)
  }

  /// First blocks of the kinds of draws, far apart so that kinds never share words.
  enum FirstBlock {
    static let normal: UInt32 = 0
    static let uniform: UInt32 = 0x8000_0000
    static let index: UInt32 = 0xA000_0000
    static let permutation: UInt32 = 0xC000_0000
  }
}

extension RandomStream: Codable {
  private enum CodingKeys: String, CodingKey {
    case seed
    case name
  }

  /// Reads the seed and the name.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      seed: try container.decode(UInt64.self, forKey: .seed),
      name: try container.decode(String.self, forKey: .name))
  }

  /// Writes the seed and the name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(seed, forKey: .seed)
    try container.encode(name, forKey: .name)
  }
}
