// Sums of many small terms, and the logarithm they are made of.

import Glibc

/// A sum of `Double` with Neumaier's correction: the error does not grow with the number of terms.
struct CompensatedSum {
  private var sum = 0.0
  private var correction = 0.0

  var value: Double { sum + correction }

  @inline(__always)
  mutating func add(_ term: Double) {
    let next = sum + term
    if abs(sum) >= abs(term) {
      correction += (sum - next) + term
    } else {
      correction += (term - next) + sum
    }
    sum = next
  }
}

/// log₂ x for x > 0.
@inline(__always)
func binaryLogarithm(_ x: Double) -> Double { log2(x) }

/// ln x for x > 0.
@inline(__always)
func naturalLogarithm(_ x: Double) -> Double { log(x) }

/// e^x.
@inline(__always)
func exponential(_ x: Double) -> Double { exp(x) }
