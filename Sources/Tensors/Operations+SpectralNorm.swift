import CKernels

extension Operations {
  /// The largest singular value of a matrix, by power iteration; an estimate from below.
  ///
  /// u ← Wᵀ W u / ‖Wᵀ W u‖ from u = (1, …, 1) / √columns, then ‖W u‖. Stateless, so that the same
  /// matrix gives the same bits wherever it is asked. A matrix whose rows are all orthogonal to the
  /// start gives 0.
  ///
  /// - Parameters:
  ///   - values: `[rows, columns]`, row-major.
  ///   - rows: ≥ 1.
  ///   - columns: ≥ 1.
  ///   - iterations: ≥ 1; the relative error falls with the ratio of the two largest singular values
  ///     to the power of twice their number.
  /// - Complexity: (2 · iterations + 1) · rows · columns multiply-adds.
  public static func spectralNorm(
    _ values: UnsafeBufferPointer<Float>, rows: Int, columns: Int, iterations: Int
  ) -> Double {
    precondition(
      rows >= 1 && columns >= 1 && values.count == rows * columns && iterations >= 1,
      "spectralNorm: \(values.count) values as [\(rows), \(columns)], \(iterations) iterations")
    guard let matrix = values.baseAddress else { return 0 }
    var right = [Float](repeating: 1 / Float(columns).squareRoot(), count: columns)
    var left = [Float](repeating: 0, count: rows)
    for _ in 0..<iterations {
      dgflow_dots(rows, 1, columns, matrix, columns, right, columns, &left, 1)
      right.withUnsafeMutableBufferPointer { right in
        right.update(repeating: 0)
        guard let target = right.baseAddress else { return }
        for row in 0..<rows {
          dgflow_add_scaled(columns, left[row], matrix + row * columns, target)
        }
      }
      let length = dgflow_square_sum(columns, right).squareRoot()
      guard length > 0 else { return 0 }
      for column in 0..<columns { right[column] = Float(Double(right[column]) / length) }
    }
    dgflow_dots(rows, 1, columns, matrix, columns, right, columns, &left, 1)
    return dgflow_square_sum(rows, left).squareRoot()
  }
}
