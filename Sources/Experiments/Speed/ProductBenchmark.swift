import Files
import Tensors

/// The extents of a matrix product `[M, K] · [K, N]`.
public struct ProductExtents: Codable, Sendable, Equatable {
  /// M, rows of the first factor and of the product.
  public let rows: Int
  /// N, columns of the second factor and of the product.
  public let columns: Int
  /// K, columns of the first factor and rows of the second.
  public let depth: Int

  /// Extents, each in 1...65,536.
  ///
  /// - Throws: `Failure` of kind `usage` when one is out of range.
  public init(rows: Int, columns: Int, depth: Int) throws {
    for extent in [rows, columns, depth] where !(1...65_536).contains(extent) {
      throw Failure(.usage, "a product's extent is \(extent), it must be in 1...65536")
    }
    self.rows = rows
    self.columns = columns
    self.depth = depth
  }

  /// 2 M N K, a multiply-add counted as two.
  public var operations: Double { 2 * Double(rows) * Double(columns) * Double(depth) }
}

/// Times matrix products on one thread, as the layers call them: row-major, weights packed anew in
/// every call.
public enum ProductBenchmark {
  /// Times each product.
  ///
  /// - Parameters:
  ///   - products: their extents.
  ///   - pace: how long each is repeated; a repetition of a quick product is many calls, and its
  ///     time their mean.
  public static func run(_ products: [ProductExtents], pace: RepetitionPace) -> [ProductTiming] {
    let peak = MultiplyAddPeak(threads: 1)
    return products.map { extents in
      let (m, n, k) = (extents.rows, extents.columns, extents.depth)
      let (a, b) = (values(count: m * k), values(count: k * n))
      var c = Tensor(shape: [m, n])
      let workspace = Workspace()
      let calls = max(1, Int(3e7 / extents.operations))
      func repeatProduct() {
        a.withUnsafeValues { a in
          b.withUnsafeValues { b in
            c.withUnsafeMutableValues { c in
              guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else {
                return
              }
              for _ in 0..<calls {
                Operations.product(
                  m: m, n: n, k: k, a: a, aStrides: (k, 1), b: b, bStrides: (n, 1), c: c,
                  cRowStride: n, workspace: workspace)
              }
            }
          }
        }
      }
      for _ in 0..<2 { repeatProduct() }
      var times = RepetitionTimes(pace: pace, peak: peak)
      times.fill { repeatProduct() }
      let all = times.summary(operations: extents.operations * Double(calls))
      return ProductTiming(
        extents: extents, instructionSet: Operations.instructionSet,
        times: RepetitionSummary(
          repetitions: all.repetitions, medianSeconds: all.medianSeconds / Double(calls),
          leastSeconds: all.leastSeconds / Double(calls), operations: extents.operations,
          peakOperationsPerSecond: all.peakOperationsPerSecond))
    }
  }

  /// Small numbers without a pattern that matters.
  private static func values(count: Int) -> Tensor {
    Tensor(shape: [count], values: (0..<count).map { Float($0 % 17) / 8 - 1 })
  }
}

/// What one product took on one thread.
public struct ProductTiming: Codable, Sendable, Equatable {
  /// Its extents.
  public let extents: ProductExtents
  /// The instruction set that ran.
  public let instructionSet: String
  /// Median, least, arithmetic and the machine's peak.
  public let times: RepetitionSummary

  /// A row.
  public init(extents: ProductExtents, instructionSet: String, times: RepetitionSummary) {
    self.extents = extents
    self.instructionSet = instructionSet
    self.times = times
  }
}
