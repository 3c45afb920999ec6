/// Dense Float32 array that owns its storage, row-major; value semantics, copied on write.
///
/// The storage is 64-byte aligned. `shape` may be empty (a scalar, one element) and may hold zeros
/// (no elements). Two tensors are equal when shapes and elements are (`NaN` differs from itself).
public struct Tensor: Sendable, Equatable {
  /// Extent of each axis, the slowest first.
  public private(set) var shape: [Int]
  private var storage: FloatStorage

  /// A tensor of zeros.
  ///
  /// - Parameter shape: extents ≥ 0; a negative one is a precondition failure.
  public init(shape: [Int]) {
    self.shape = shape
    storage = FloatStorage(count: Tensor.count(of: shape))
  }

  /// A tensor with the given elements in row-major order; their count must be the shape's.
  public init(shape: [Int], values: [Float]) {
    let count = Tensor.count(of: shape)
    precondition(
      values.count == count,
      "Tensor: shape \(shape) needs \(count) values, not \(values.count)")
    self.shape = shape
    storage = FloatStorage(count: count)
    values.withUnsafeBufferPointer { source in
      if let first = source.baseAddress { storage.base.update(from: first, count: count) }
    }
  }

  /// Number of elements: the product of the extents.
  public var count: Int { storage.count }

  /// The elements in row-major order, copied.
  public var values: [Float] { Array(storage.elements) }

  /// Runs `body` on the elements; the pointer is valid inside only.
  public func withUnsafeValues<R>(
    _ body: (UnsafeBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    try withExtendedLifetime(storage) { try body(storage.elements) }
  }

  /// Runs `body` on the elements for writing; copies first when the storage is shared.
  public mutating func withUnsafeMutableValues<R>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> R
  ) rethrows -> R {
    if !isKnownUniquelyReferenced(&storage) { storage = FloatStorage(copying: storage) }
    return try withExtendedLifetime(storage) { try body(storage.mutableElements) }
  }

  func read<R>(_ body: (UnsafePointer<Float>) -> R) -> R {
    withExtendedLifetime(storage) { body(UnsafePointer(storage.base)) }
  }

  mutating func write<R>(_ body: (UnsafeMutablePointer<Float>) -> R) -> R {
    if !isKnownUniquelyReferenced(&storage) { storage = FloatStorage(copying: storage) }
    return withExtendedLifetime(storage) { body(storage.base) }
  }

  /// The element at a flat row-major index.
  public subscript(index: Int) -> Float {
    get {
      precondition(
        index >= 0 && index < count, "Tensor: index \(index) is outside 0..<\(count)")
      return withExtendedLifetime(storage) { storage.base[index] }
    }
    set {
      precondition(
        index >= 0 && index < count, "Tensor: index \(index) is outside 0..<\(count)")
      withUnsafeMutableValues { $0[index] = newValue }
    }
  }

  /// A copy of consecutive rows along the first axis: shape `[range.count] + shape.dropFirst()`.
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(!shape.isEmpty, "Tensor.rows: a scalar has no first axis")
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[0],
      "Tensor.rows: rows \(range) are outside 0..<\(shape[0])")
    var result = Tensor(shape: [range.count] + shape.dropFirst())
    let width = Tensor.count(of: Array(shape.dropFirst()))
    result.withUnsafeMutableValues { target in
      guard let first = target.baseAddress else { return }
      first.update(from: storage.base + range.lowerBound * width, count: range.count * width)
    }
    return result
  }

  /// The same elements under another shape of equal count; no copy.
  public func reshaped(_ shape: [Int]) -> Tensor {
    precondition(
      Tensor.count(of: shape) == count, "Tensor.reshaped: \(self.shape) cannot become \(shape)")
    var result = self
    result.shape = shape
    return result
  }

  /// Equal shapes and equal elements.
  public static func == (left: Tensor, right: Tensor) -> Bool {
    left.shape == right.shape
      && left.withUnsafeValues { a in right.withUnsafeValues { b in a.elementsEqual(b) } }
  }

  static func count(of shape: [Int]) -> Int {
    var count = 1
    for extent in shape {
      precondition(extent >= 0, "Tensor: shape \(shape) has a negative extent")
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      precondition(!overflow, "Tensor: shape \(shape) has too many elements")
      count = product
    }
    return count
  }
}
