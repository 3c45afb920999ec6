extension Operations {
  /// Strided matrix product: `c = [c +] [bias +] a · b`.
  ///
  /// Element (i, p) of `a` lies at `a + i · row + p · column`, likewise for `b`; rows of `a` may
  /// overlap, as the windows of a convolution do. `c` must overlap neither.
  ///
  /// - Parameters:
  ///   - m: rows of a and c.
  ///   - n: columns of b and c.
  ///   - k: columns of a, rows of b.
  ///   - a: `[m, k]`.
  ///   - aStrides: floats from row to row and from column to column.
  ///   - b: `[k, n]`.
  ///   - bStrides: floats from row to row and from column to column.
  ///   - c: `[m, n]`, columns contiguous.
  ///   - cRowStride: floats from row to row of c.
  ///   - bias: n floats added to every row, or none.
  ///   - accumulate: whether to add to what c holds.
  ///   - workspace: scratch memory for packed panels.
  public static func product(
    m: Int, n: Int, k: Int,
    a: UnsafePointer<Float>, aStrides: (row: Int, column: Int),
    b: UnsafePointer<Float>, bStrides: (row: Int, column: Int),
    c: UnsafeMutablePointer<Float>, cRowStride: Int,
    bias: UnsafePointer<Float>? = nil, accumulate: Bool = false, workspace: Workspace
  ) {
    ReferenceOperations.product(
      m: m, n: n, k: k, a: a, aStrides: aStrides, b: b, bStrides: bStrides, c: c,
      cRowStride: cRowStride, bias: bias, accumulate: accumulate)
  }
}
