import Tensors

// What this module needs of `[N, Z]` tensors beyond `Tensors` itself; not public.

extension Tensor {
  /// Stops the program unless the shape is `[N, width]`.
  func requireRows(width: Int, operation: String) {
    precondition(
      shape.count == 2 && shape[1] == width,
      "\(operation): expected latents [N, \(width)], got \(shape)")
  }

  /// `[N, width]` → `[N]`, a function of each row.
  func mapRows(
    width: Int, operation: String, _ transform: (UnsafeBufferPointer<Float>) -> Float
  ) -> Tensor {
    requireRows(width: width, operation: operation)
    var result = [Float]()
    result.reserveCapacity(shape[0])
    withUnsafeValues { values in
      for row in 0..<shape[0] {
        result.append(
          transform(UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width])))
      }
    }
    return Tensor(shape: [shape[0]], values: result)
  }

  /// Joins `[Nᵢ, width]` to `[Σ Nᵢ, width]`, in order.
  static func joiningRows(_ parts: [Tensor], width: Int) -> Tensor {
    var values = [Float]()
    values.reserveCapacity(parts.reduce(0) { $0 + $1.count })
    var rows = 0
    for part in parts {
      part.withUnsafeValues { values.append(contentsOf: $0) }
      rows += part.shape[0]
    }
    return Tensor(shape: [rows, width], values: values)
  }
}
