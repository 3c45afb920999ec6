import Files
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

  /// The rows at some indices, `[indices.count, width]`.
  func picking(_ indices: [Int], width: Int) -> Tensor {
    var result = Tensor(shape: [indices.count, width])
    result.withUnsafeMutableValues { target in
      withUnsafeValues { source in
        for (row, index) in indices.enumerated() {
          for k in 0..<width { target[row * width + k] = source[index * width + k] }
        }
      }
    }
    return result
  }

  /// Overwrites row `target` with row `row` of `source`, both of `width` elements.
  mutating func setRow(_ target: Int, to row: Int, of source: Tensor, width: Int) {
    withUnsafeMutableValues { values in
      source.withUnsafeValues { source in
        for k in 0..<width { values[target * width + k] = source[row * width + k] }
      }
    }
  }

  /// ‖z‖ of each row, summed in double.
  func rowNorms(width: Int) -> [Float] {
    mapRows(width: width, operation: "norms") { row in
      var sum = 0.0
      for value in row { sum += Double(value) * Double(value) }
      return Float(sum.squareRoot())
    }.values
  }

  /// Throws for the first element that is not finite; `[N]` or `[N, Z]`.
  ///
  /// - Parameters:
  ///   - quantity: what the elements are, for the message.
  ///   - step: steps taken.
  ///   - sample: the sample's index in the run of a row.
  ///   - remedy: what to do, for the message.
  func requireFinite(
    _ quantity: String, step: Int, sample: (Int) -> Int, remedy: String
  ) throws {
    let bad = withUnsafeValues { $0.firstIndex { !$0.isFinite } }
    guard let bad else { return }
    let width = shape.count == 2 ? shape[1] : 1
    let place = width > 1 ? ", coordinate \(bad % width)" : ""
    throw Failure(
      .badData,
      "refinement: the \(quantity) of sample \(sample(bad / width))\(place) is \(self[bad]) at step "
        + "\(step) (0 is the start): \(remedy)")
  }
}
