// An f-divergence lives in one file of this folder as a caseless enum that conforms to
// `FDivergenceFormula`, and in one case of `FDivergence`. Everything is written in the log density
// ratio d, never in r = e^(−d), so that nothing overflows where d is large.

/// The f-divergence D_f(model‖data) = ∫ f(p_model/p_data) p_data that a flow descends.
///
/// With d = log p_data − log p_model and r = e^(−d), each case knows f(r), f′(r) and the drift weight
/// s(d) = r f″(r) = −∂f′(e^(−d))/∂d, which turns ∇d into the steepest descent of the divergence:
/// −∇f′(e^(−d)) = s(d) ∇d.
///
/// | case | f(r) | f′(r) | s(d) |
/// | --- | --- | --- | --- |
/// | `kullbackLeibler` | r log r | log r + 1 | 1 |
/// | `jensenShannon` | r log r − (r + 1) log((r + 1)/2) | log(2r/(r + 1)) | 1/(1 + e^(−d)) |
/// | `logD` | (r + 1) log(r + 1) − 2 log 2 | log(r + 1) + 1 | 1/(1 + e^d) |
/// | `reverseKullbackLeibler` | −log r | −1/r | e^d |
/// | `pearson` | (r − 1)² | 2(r − 1) | 2e^(−d) |
/// | `jeffreys` | (r − 1) log r | log r + 1 − 1/r | 1 + e^d |
///
/// The weights of the last three have no bound; a flow caps them, see ``flowWeight(logDensityRatio:)``.
///
/// Source: Gao et al. 2019 (VGrow, arXiv 1901.08469), table of f-divergences; Ansari et al. 2021
/// (DGflow, arXiv 2012.00780), and its released code.
public enum FDivergence: String, CaseIterable, Codable, Sendable {
  /// KL(model‖data): every sample moves with the same weight.
  case kullbackLeibler = "kl"
  /// Jensen–Shannon, up to a factor of two: good samples move most.
  case jensenShannon = "js"
  /// The log D divergence of the original GAN objective: bad samples move most.
  case logD = "logd"
  /// KL(data‖model): good samples move most, without bound.
  case reverseKullbackLeibler = "reverse-kl"
  /// Pearson's χ²(model‖data): bad samples move most, without bound.
  case pearson
  /// Jeffreys: KL in both directions, added.
  case jeffreys

  /// The divergences of the paper: KL, JS and log D.
  public static let published: [FDivergence] = [.kullbackLeibler, .jensenShannon, .logD]

  /// The largest drift weight that a flow uses, 10.
  ///
  /// e^d and e^(−d) grow without bound, so that one sample in a poor place would take a step of any length. At
  /// 10 a sample moves at most ten times as far as under KL; bounded weights never reach it.
  public static let largestFlowWeight = 10.0

  /// The name to print, such as `KL` or `log D`.
  public var name: String {
    switch self {
    case .kullbackLeibler: KullbackLeibler.name
    case .jensenShannon: JensenShannon.name
    case .logD: LogD.name
    case .reverseKullbackLeibler: ReverseKullbackLeibler.name
    case .pearson: Pearson.name
    case .jeffreys: Jeffreys.name
    }
  }

  /// Whether adding a constant to d changes the drift; if so, a raw critic has to be centred first.
  public var dependsOnOffset: Bool {
    switch self {
    case .kullbackLeibler: KullbackLeibler.dependsOnOffset
    case .jensenShannon: JensenShannon.dependsOnOffset
    case .logD: LogD.dependsOnOffset
    case .reverseKullbackLeibler: ReverseKullbackLeibler.dependsOnOffset
    case .pearson: Pearson.dependsOnOffset
    case .jeffreys: Jeffreys.dependsOnOffset
    }
  }

  /// f(r) at r = e^(−d).
  ///
  /// - Parameter logDensityRatio: d in nats. Finite results for |d| ≤ 700; relative error of a few
  ///   units in the last place for |d| ≤ 80, also near d = 0 where f vanishes.
  /// - Returns: f(r), zero at d = 0; its average under p_data is a divergence, at least zero.
  public func value(logDensityRatio d: Double) -> Double {
    switch self {
    case .kullbackLeibler: KullbackLeibler.value(logDensityRatio: d)
    case .jensenShannon: JensenShannon.value(logDensityRatio: d)
    case .logD: LogD.value(logDensityRatio: d)
    case .reverseKullbackLeibler: ReverseKullbackLeibler.value(logDensityRatio: d)
    case .pearson: Pearson.value(logDensityRatio: d)
    case .jeffreys: Jeffreys.value(logDensityRatio: d)
    }
  }

  /// f′(r) at r = e^(−d), the first variation of the divergence.
  ///
  /// - Parameter logDensityRatio: d in nats; any finite number.
  public func derivative(logDensityRatio d: Double) -> Double {
    switch self {
    case .kullbackLeibler: KullbackLeibler.derivative(logDensityRatio: d)
    case .jensenShannon: JensenShannon.derivative(logDensityRatio: d)
    case .logD: LogD.derivative(logDensityRatio: d)
    case .reverseKullbackLeibler: ReverseKullbackLeibler.derivative(logDensityRatio: d)
    case .pearson: Pearson.derivative(logDensityRatio: d)
    case .jeffreys: Jeffreys.derivative(logDensityRatio: d)
    }
  }

  /// The drift weight s(d) = r f″(r) at r = e^(−d), positive for every finite d.
  ///
  /// - Parameter logDensityRatio: d in nats; any number, infinities included.
  public func driftWeight(logDensityRatio d: Double) -> Double {
    switch self {
    case .kullbackLeibler: KullbackLeibler.driftWeight(logDensityRatio: d)
    case .jensenShannon: JensenShannon.driftWeight(logDensityRatio: d)
    case .logD: LogD.driftWeight(logDensityRatio: d)
    case .reverseKullbackLeibler: ReverseKullbackLeibler.driftWeight(logDensityRatio: d)
    case .pearson: Pearson.driftWeight(logDensityRatio: d)
    case .jeffreys: Jeffreys.driftWeight(logDensityRatio: d)
    }
  }

  /// The weight that a flow moves a sample with: the drift weight, at most ``largestFlowWeight``.
  ///
  /// - Parameter logDensityRatio: d in nats; any number, infinities included.
  public func flowWeight(logDensityRatio d: Double) -> Double {
    min(driftWeight(logDensityRatio: d), Self.largestFlowWeight)
  }

  /// The drift weight in single precision, computed in double and rounded once.
  ///
  /// - Parameter logDensityRatio: d in nats. The weight is a normal number for |d| ≤ 80.
  public func driftWeight(logDensityRatio d: Float) -> Float {
    Float(driftWeight(logDensityRatio: Double(d)))
  }
}

/// What a new f-divergence has to say; each conforming type is a caseless enum in a file of its own.
///
/// To add one: write the file, add the case to ``FDivergence``, and follow the compiler through its
/// switches. Dynamics and integrators never see the formula, only the drift weight.
public protocol FDivergenceFormula {
  /// The name to print.
  static var name: String { get }
  /// Whether s(d) depends on a constant added to d.
  static var dependsOnOffset: Bool { get }
  /// f(r) at r = e^(−d), finite for |d| ≤ 80.
  static func value(logDensityRatio d: Double) -> Double
  /// f′(r) at r = e^(−d), finite for |d| ≤ 80.
  static func derivative(logDensityRatio d: Double) -> Double
  /// s(d) = r f″(r) at r = e^(−d), finite for |d| ≤ 80.
  static func driftWeight(logDensityRatio d: Double) -> Double
}
