/// The methods that a command line or a file can name.
public enum MethodName: String, CaseIterable, Codable, Sendable {
  /// Discriminator gradient flow, ``DiscriminatorGradientFlow``.
  case dgflow
  /// Starts chosen by OBRS, then a flow, ``StagedRefinement``.
  case selectedFlow = "obrs-dgflow"
  /// Stages whose ratios were fitted one after the other, ``StagedRefinement``.
  case staged
  /// Langevin sampling, ``DiscriminatorDrivenLatentSampling``.
  case ddls
  /// Langevin sampling with Metropolis' correction, ``LangevinChain``.
  case mala
  /// Discriminator optimal transport, ``DiscriminatorOptimalTransport``.
  case dot
  /// Discriminator rejection sampling, ``AcceptanceRule/discriminator(logBound:shift:)``.
  case drs
  /// Optimal budgeted rejection sampling, ``AcceptanceRule/budgeted(logScale:)``.
  case obrs
  /// Metropolis–Hastings selection, ``MetropolisHastingsSelection``.
  case mhgan
  /// Iterated importance resampling, ``ImportanceResampling``.
  case isir
  /// Explore–exploit chains, ``ExploreExploitChain``.
  case ex2mcmc
  /// Control: the best by d of many, ``BestOfMany``.
  case best
  /// Control: ``FlowControl/Kind/randomDirection``.
  case randomDirection = "random-direction"
  /// Control: ``FlowControl/Kind/noiseOnly``.
  case noiseOnly = "noise-only"
  /// Control: ``FlowControl/Kind/rescaled``.
  case rescaled

  /// The name to print.
  public var title: String {
    switch self {
    case .dgflow: "DGflow"
    case .selectedFlow: "OBRS, flow"
    case .staged: "staged"
    case .ddls: "DDLS"
    case .mala: "MALA"
    case .dot: "DOT"
    case .drs: "DRS"
    case .obrs: "OBRS"
    case .mhgan: "MH-GAN"
    case .isir: "i-SIR"
    case .ex2mcmc: "Ex²MCMC"
    case .best: "best of many"
    case .randomDirection: "random direction"
    case .noiseOnly: "noise only"
    case .rescaled: "rescaled"
    }
  }

  /// Whether it is a control, against which methods are measured.
  public var isControl: Bool {
    switch self {
    case .best, .randomDirection, .noiseOnly, .rescaled: true
    case .dgflow, .selectedFlow, .staged, .ddls, .mala, .dot, .drs, .obrs, .mhgan, .isir, .ex2mcmc:
      false
    }
  }

  /// Whether it needs ∇d, and so the ratio at soft samples; the others can score decoded text.
  public var usesGradient: Bool {
    switch self {
    case .dgflow, .selectedFlow, .staged, .ddls, .mala, .dot, .ex2mcmc, .randomDirection,
      .noiseOnly, .rescaled:
      true
    case .drs, .obrs, .mhgan, .isir, .best: false
    }
  }

  /// Whether it follows an f-divergence.
  public var usesDivergence: Bool {
    switch self {
    case .dgflow, .selectedFlow, .randomDirection, .noiseOnly, .rescaled: true
    case .staged, .ddls, .mala, .dot, .drs, .obrs, .mhgan, .isir, .ex2mcmc, .best: false
    }
  }

  /// Whether a constant added to d changes what it does.
  ///
  /// - Parameter divergence: that of a flow.
  public func dependsOnOffset(_ divergence: FDivergence) -> Bool {
    usesDivergence && divergence.dependsOnOffset
  }
}
