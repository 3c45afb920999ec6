import CKernels

extension Operations {
  /// Does multiply-adds that never leave the registers, as fast as the calling thread's core can: the
  /// limit that the time of a product is compared with.
  ///
  /// A fixed number of independent chains `x = x · ½ + 1`, wide enough and many enough to keep the
  /// units of the instruction set in use busy; no memory is touched. On a set without a fused
  /// operation a product and a sum count as one multiply-add, as in every kernel.
  ///
  /// - Parameter rounds: rounds of 1,536 multiply-adds, at least 0; the same for every set.
  /// - Returns: the multiply-adds done; twice as many floating-point operations. The chains' mean,
  ///   which nears 2, goes with it, so that the work cannot be left out.
  public static func multiplyAdds(rounds: Int) -> (count: Int, mean: Float) {
    precondition(rounds >= 0, "multiplyAdds: \(rounds) rounds")
    let mean = dgflow_multiply_adds(rounds, 1, 0.5, 1)
    return (rounds * Int(DGFLOW_ROUND_MULTIPLY_ADDS), mean)
  }
}
