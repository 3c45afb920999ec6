import CKernels

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
    precondition(m >= 0 && n >= 0 && k >= 0, "product: extents [\(m), \(n), \(k)] are negative")
    workspace.scratch(count: productScratch) { scratch in
      var task = dgflow_product_t(
        m: m, n: n, k: k, row_group: max(m, 1), depth_group: max(k, 1),
        a: a, a_row: aStrides.row, a_row_group: 0, a_depth: aStrides.column, a_depth_group: 0,
        b: b, b_column: bStrides.column, b_depth: bStrides.row, b_depth_group: 0,
        c: c, c_row: cRowStride, c_row_group: 0,
        bias: bias, scale: 1, accumulate: accumulate, scratch: scratch)
      dgflow_product(&task)
    }
  }

  /// Floats of scratch memory that every product needs.
  static var productScratch: Int { Int(DGFLOW_PRODUCT_SCRATCH) }
}
