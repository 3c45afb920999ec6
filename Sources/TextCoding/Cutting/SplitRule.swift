import Determinism
import Files

/// The part of a corpus that a string belongs to.
public enum CorpusSplit: String, Codable, CaseIterable, Sendable {
  /// For fitting generator and critic.
  case train
  /// For choices: calibration, early stopping, tuning; see ``ValidationPart``.
  case validation
  /// For reports, and for nothing else.
  case test
}

/// How strings are divided among training, validation and test, by hash and without leakage.
///
/// The hash decides, not the order, so that the same text always falls into the same part whatever
/// stands around it. What is hashed depends on the cut:
///
/// - ``CutRule/first``: the cut string itself, so that equal strings stay together;
/// - ``CutRule/windows(stride:wordStart:)``: the normalised line, so that overlapping windows stay
///   together;
/// - with ``block``: the number of the input and of the block of so many consecutive lines in it,
///   so that lines of one article stay together.
///
/// Where equal strings could still fall into different parts (all but the first case), preparation
/// drops those validation and test strings that are also training strings.
public struct SplitRule: Codable, Hashable, Sendable {
  /// The share of validation, in [0, 1).
  public var validation: Double
  /// The share of test, in [0, 1); what both leave is training.
  public var test: Double
  /// How many consecutive lines of an input, empty ones counted, stay together; nil: each for itself.
  public var block: Int?
  /// Another salt is another division.
  public var salt: String

  /// Creates a rule; the default 80/10/10 is chosen here, as is usual.
  ///
  /// - Throws: `Failure` of kind `usage` for shares below 0 or without rest, or a block below 1.
  public init(
    validation: Double = 0.1, test: Double = 0.1, block: Int? = nil, salt: String = ""
  ) throws {
    self.init(checked: validation, test, block, salt)
    try validate()
  }

  /// 80/10/10, no blocks, no salt.
  public static let standard = SplitRule(checked: 0.1, 0.1, nil, "")

  private init(checked validation: Double, _ test: Double, _ block: Int?, _ salt: String) {
    self.validation = validation
    self.test = test
    self.block = block
    self.salt = salt
  }

  /// Checks the ranges of all members, for rules that were read or changed.
  ///
  /// - Throws: `Failure` of kind `usage` that names the value out of range.
  public func validate() throws {
    guard validation >= 0, test >= 0, validation + test < 1 else {
      throw Failure(
        .usage,
        "the shares of validation (\(validation)) and test (\(test)) must be 0 or more and leave "
          + "something for training")
    }
    if let block, block < 1 {
      throw Failure(.usage, "the split block of \(block) lines must be 1 or more")
    }
  }

  /// The part of some text.
  public func split(of text: some Sequence<UInt8>) -> CorpusSplit {
    var hash = salted
    hash.combine(text)
    return split(of: hash)
  }

  /// The part of a line by its place: `source` numbers the inputs and `line` the lines of this one,
  /// both from 0.
  ///
  /// - Precondition: ``block`` is set.
  public func split(source: Int, line: Int) -> CorpusSplit {
    guard let block else { preconditionFailure("SplitRule.split: no block is set") }
    var hash = salted
    hash.combine(UInt64(source))
    hash.combine(UInt64(line / block))
    return split(of: hash)
  }

  /// A hash that has taken in the salt.
  var salted: StableHash {
    var hash = StableHash()
    hash.combine(salt)
    hash.combine(byte: 0)
    return hash
  }

  func split(of hash: StableHash) -> CorpusSplit {
    let fraction = hash.fraction
    if fraction < test { return .test }
    return fraction < test + validation ? .validation : .train
  }
}
