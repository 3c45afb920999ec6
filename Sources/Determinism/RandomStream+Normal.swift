extension RandomStream {
  /// Fills a row with independent standard normal numbers.
  ///
  /// Element k depends on (seed, name, sample, step, k) only, not on the length of the row. Box and
  /// Muller's transform in Double from two 32-bit words, rounded to Float: |x| ≤ 6.77, mean 0,
  /// variance 1. The logarithm, sine and cosine are computed here with plain arithmetic, so the
  /// numbers are the same on every machine, whatever its C library.
  ///
  /// - Parameters:
  ///   - out: the row, at most 2³³ elements.
  ///   - sample: which row.
  ///   - step: which of the row's draws.
  public func fillNormal(
    _ out: UnsafeMutableBufferPointer<Float>, sample: UInt64, step: UInt32
  ) {
    let blocks = out.count / 4
    for block in 0..<blocks {
      let values = fourNormals(sample: sample, step: step, block: UInt32(block))
      for lane in 0..<4 { out[4 * block + lane] = values[lane] }
    }
    let rest = out.count - 4 * blocks
    guard rest > 0 else { return }
    let values = fourNormals(sample: sample, step: step, block: UInt32(blocks))
    for lane in 0..<rest { out[4 * blocks + lane] = values[lane] }
  }

  /// Standard normal numbers for a block of consecutive samples, row-major `[samples, width]`.
  ///
  /// - Parameters:
  ///   - samples: the sample numbers, one a row.
  ///   - width: the row length.
  ///   - step: which of the rows' draws.
  public func normals(samples: Range<UInt64>, width: Int, step: UInt32) -> [Float] {
    let rows = Int(samples.upperBound - samples.lowerBound)
    return Array(unsafeUninitializedCapacity: rows * width) { buffer, count in
      for row in 0..<rows {
        let slice = UnsafeMutableBufferPointer(rebasing: buffer[row * width..<(row + 1) * width])
        fillNormal(slice, sample: samples.lowerBound + UInt64(row), step: step)
      }
      count = rows * width
    }
  }

  /// Four normal numbers from one block: words 0 and 1 give two radii, words 2 and 3 two angles.
  @inline(__always)
  private func fourNormals(sample: UInt64, step: UInt32, block: UInt32) -> SIMD4<Float> {
    let words = words(sample: sample, step: step, block: FirstBlock.normal &+ block)
    // (word + ½) / 2³² lies in (0, 1) and never on its ends.
    let fractions = (SIMD4<Double>(words) + 0.5) * 0x1p-32
    let squares = -2 * PortableMath.logarithm(SIMD2(fractions[0], fractions[1]))
    let radii = squares.squareRoot()
    let (sines, cosines) = PortableMath.sineAndCosine(
      turns: SIMD2(fractions[2], fractions[3]))
    let first = radii * cosines
    let second = radii * sines
    return SIMD4(Float(first[0]), Float(second[0]), Float(first[1]), Float(second[1]))
  }
}
