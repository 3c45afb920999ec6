/// Which gradient norms of the critic are penalised: the penalty is the mean of e(‖∇D(x̂)‖)².
public enum PenaltyForm: String, Codable, Sendable, CaseIterable {
  /// e = ‖∇D‖ − 1: the published form (arXiv 1704.00028, equation 3).
  case twoSided
  /// e = max(0, ‖∇D‖ − 1): slopes below 1 are free (Petzka, Fischer and Lukovnikov, arXiv 1709.08894,
  /// with a square as here).
  case oneSided
  /// e = ‖∇D‖: every slope costs (Thanh-Tung, Tran and Venkatesh, arXiv 1902.03984, on interpolates).
  case zeroCentred

  /// e(norm); its derivative is 1 wherever it is not 0.
  func excess(_ norm: Double) -> Double {
    switch self {
    case .twoSided: norm - 1
    case .oneSided: max(0, norm - 1)
    case .zeroCentred: norm
    }
  }
}
