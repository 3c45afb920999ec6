/// Every operation in the plainest loops, summed in Double: what the fast operations are tested with.
///
/// Same names, rules and shapes as ``Operations``, results returned instead of written. Slow on
/// purpose; kept forever. Nothing here depends on the instruction set.
public enum ReferenceOperations {
  /// Calls `body` with a mutable pointer to the storage of a fresh batch of the given shape.
  static func make(
    like x: Sequences, channels: Int? = nil,
    _ value: (_ sample: Int, _ position: Int, _ channel: Int) -> Double
  ) -> Sequences {
    var result = Sequences(
      samples: x.samples, length: x.length, channels: channels ?? x.channels, padding: x.padding)
    let shape = result
    result.withUnsafeMutableValues { out in
      for sample in 0..<shape.samples {
        for position in 0..<shape.length {
          let row = shape.offset(sample: sample, position: position)
          for channel in 0..<shape.channels {
            out[row + channel] = Float(value(sample, position, channel))
          }
        }
      }
    }
    return result
  }

  /// Adds `value(index)` to every element of a tensor, with one rounding.
  static func add(into tensor: inout Tensor, _ value: (_ index: Int) -> Double) {
    tensor.withUnsafeMutableValues { out in
      for index in out.indices { out[index] = Float(Double(out[index]) + value(index)) }
    }
  }
}
