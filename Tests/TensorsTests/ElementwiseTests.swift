import Testing

@testable import Tensors

@Suite("Elementwise operations against their references")
struct ElementwiseTests {
  static let shapes: [(Int, Int, Int)] = [
    (1, 1, 1), (1, 7, 3), (3, 1, 17), (2, 7, 16), (2, 32, 100), (1, 5, 64), (0, 3, 4),
  ]

  @Test("rectify and mask agree exactly", arguments: shapes)
  func rectifyAndMask(_ n: Int, _ l: Int, _ c: Int) {
    for set in Operations.availableInstructionSets {
      var numbers = Numbers(seed: 21)
      var x = numbers.sequences(n, l, c)
      let t = numbers.sequences(n, l, c)
      if n > 0 { x[0, 0, 0] = -0.0 }
      var y = x.soiled()
      var masked = x.soiled()
      Operations.forcing(instructionSet: set) {
        Operations.rectify(x, into: &y)
        Operations.mask(t, wherePositive: x, into: &masked)
      }
      #expect(y == ReferenceOperations.rectify(x))
      #expect(masked == ReferenceOperations.mask(t, wherePositive: x))
      #expect(y.slackIsUntouched && masked.slackIsUntouched)
    }
  }

  @Test("scaled sum, interpolation, scaling and norms agree", arguments: shapes)
  func arithmetic(_ n: Int, _ l: Int, _ c: Int) {
    for set in Operations.availableInstructionSets {
      var numbers = Numbers(seed: 22)
      let x = numbers.sequences(n, l, c)
      let other = numbers.sequences(n, l, c)
      let factors = numbers.array(n)
      var sum = other
      var between = x.soiled()
      var scaled = x.soiled()
      var norms: [Float] = []
      Operations.forcing(instructionSet: set) {
        Operations.add(x, scale: 0.3, into: &sum)
        Operations.interpolate(x, other, weights: factors, into: &between)
        Operations.scaleSamples(x, by: factors, into: &scaled)
        norms = Operations.sampleNorms(x)
      }
      let epsilon = Float.ulpOfOne
      #expect(
        difference(sum, ReferenceOperations.add(x, scale: 0.3, to: other)) <= 2 * epsilon)
      #expect(
        difference(between, ReferenceOperations.interpolate(x, other, weights: factors))
          <= 4 * epsilon)
      #expect(scaled == ReferenceOperations.scaleSamples(x, by: factors))
      #expect(difference(norms, ReferenceOperations.sampleNorms(x)) <= 2 * epsilon * 64)
      #expect(between.paddingIsZero && scaled.paddingIsZero && sum.paddingIsZero)
      #expect(between.slackIsUntouched && scaled.slackIsUntouched && sum.slackIsUntouched)
    }
  }

  @Test("norms are the correctly rounded root of a sum in double")
  func norms() {
    let g = Sequences(Tensor(shape: [1, 1, 3], values: [1e20, 1e20, 0]))
    #expect(Operations.sampleNorms(g) == [Float(1e20 * 2.0.squareRoot())])
  }

  @Test("scaled sum of tensors agrees at every remainder of the vector width")
  func tensors() {
    for set in Operations.availableInstructionSets {
      for count in 0...70 {
        var numbers = Numbers(seed: count)
        let x = numbers.tensor([count])
        let start = numbers.tensor([count])
        var y = start
        Operations.forcing(instructionSet: set) { Operations.add(x, scale: 2, into: &y) }
        let expected = zip(x.values, start.values).map { 2 * $0 + $1 }
        #expect(difference(y.values, expected) <= 3 * Float.ulpOfOne)
      }
    }
  }

  @Test("one-hot rows hold a single one, and argmax finds it")
  func oneHot() {
    let tokens: [UInt16] = [0, 4, 2, 1, 3, 3]
    var x = Sequences(samples: 2, length: 3, channels: 5).soiled()
    tokens.withUnsafeBufferPointer { Operations.oneHot($0, into: &x) }
    #expect(x == ReferenceOperations.oneHot(tokens, samples: 2, length: 3, symbols: 5))
    #expect(Operations.argmax(x) == tokens)
  }

  @Test("the first maximum wins, and a leading NaN stays", arguments: [1, 3, 8, 16, 17, 100])
  func argmax(_ channels: Int) {
    for set in Operations.availableInstructionSets {
      for first in 0..<channels {
        var p = Sequences(samples: 1, length: 2, channels: channels)
        for c in 0..<channels { p[0, 0, c] = c >= first && c % 2 == first % 2 ? 5 : -1 }
        for c in 0..<channels { p[0, 1, c] = c == first ? .nan : Float(c) }
        let got = Operations.forcing(instructionSet: set) { Operations.argmax(p) }
        #expect(got == ReferenceOperations.argmax(p), "set \(set), first \(first)")
        #expect(got[0] == UInt16(first))
      }
    }
  }
}
