import Testing

@testable import Tensors

@Suite("A sample's result does not depend on its batch")
struct InvarianceTests {
  /// Every operation that maps samples to samples, from the same numbers at any batch size.
  private func results(batch: Range<Int>, set: String) -> [[UInt32]] {
    let (length, inputs, outputs, latents) = (7, 17, 36, 9)
    var numbers = Numbers(seed: 41)
    let x = numbers.sequences(64, length, inputs).samples(batch)
    let t = numbers.sequences(64, length, inputs).samples(batch)
    let dy = numbers.sequences(64, length, outputs).samples(batch)
    let z = numbers.tensor([64, latents]).rows(batch)
    let weight = numbers.tensor([5, inputs, outputs])
    let bias = numbers.tensor([outputs])
    let expansion = numbers.tensor([latents, length, outputs])
    let reduction = numbers.tensor([length, inputs])
    let factors = Array(numbers.array(64)[batch])
    let workspace = Workspace()
    var wide = dy
    var narrow = x
    var latent = z
    var scores = Tensor(shape: [batch.count])
    var all: [[UInt32]] = []
    // Results as bits of the first sample of the range, which is sample 0 of every batch below.
    func keep(_ value: Sequences) {
      all.append(bits(Array(value.dense.values.prefix(value.length * value.channels))))
    }
    Operations.forcing(instructionSet: set) {
      Operations.convolve(x, weight: weight, bias: bias, into: &wide, workspace: workspace)
      keep(wide)
      Operations.convolveTransposed(dy, weight: weight, into: &narrow, workspace: workspace)
      keep(narrow)
      let transformed = TransformedWeight(weight)
      Operations.convolve(
        x, weight: weight, transformed: transformed, bias: bias, into: &wide,
        workspace: workspace)
      keep(wide)
      Operations.convolveTransposed(
        dy, weight: weight, transformed: transformed, into: &narrow, workspace: workspace)
      keep(narrow)
      Operations.expand(z, weight: expansion, bias: nil, into: &wide, workspace: workspace)
      keep(wide)
      Operations.expandTransposed(dy, weight: expansion, into: &latent, workspace: workspace)
      all.append(bits(Array(latent.values.prefix(latents))))
      Operations.reduce(x, weight: reduction, bias: nil, into: &scores)
      all.append(bits(Array(scores.values.prefix(1))))
      Operations.softmax(x, into: &narrow)
      keep(narrow)
      Operations.softmaxDerivative(narrow, t, into: &narrow)
      keep(narrow)
      narrow = t
      Operations.add(x, scale: 0.3, into: &narrow)
      keep(narrow)
      Operations.interpolate(x, t, weights: factors, into: &narrow)
      keep(narrow)
      Operations.scaleSamples(x, by: factors, into: &narrow)
      keep(narrow)
      all.append(bits(Array(Operations.sampleNorms(x).prefix(1))))
    }
    return all
  }

  @Test("N = 1, 2, 7, 63 and 64 give the same bits", arguments: Operations.availableInstructionSets)
  func batches(_ set: String) {
    for sample in [0, 1, 5] {
      let alone = results(batch: sample..<sample + 1, set: set)
      for size in [2, 7] {
        #expect(results(batch: sample..<sample + size, set: set) == alone)
      }
    }
    #expect(results(batch: 0..<63, set: set) == results(batch: 0..<1, set: set))
    #expect(results(batch: 0..<64, set: set) == results(batch: 0..<1, set: set))
  }

  @Test(
    "a sample's place in the batch does not matter", arguments: Operations.availableInstructionSets)
  func places(_ set: String) {
    var numbers = Numbers(seed: 42)
    for (inputs, outputs, k) in [(64, 64, 5), (17, 100, 1), (130, 3, 3)] {
      let one = numbers.sequences(1, 32, inputs)
      let weight = numbers.tensor([k, inputs, outputs])
      var batch = Sequences(samples: 9, length: 32, channels: inputs)
      for n in 0..<9 {
        for l in 0..<32 { for c in 0..<inputs { batch[n, l, c] = one[0, l, c] } }
      }
      var y = Sequences(samples: 9, length: 32, channels: outputs)
      Operations.forcing(instructionSet: set) {
        Operations.convolve(batch, weight: weight, bias: nil, into: &y, workspace: Workspace())
      }
      let first = bits(y.samples(0..<1).dense.values)
      for n in 1..<9 { #expect(bits(y.samples(n..<n + 1).dense.values) == first) }
    }
  }

  @Test(
    "a sample never sees its neighbours, whatever they hold",
    arguments: Operations.availableInstructionSets)
  func neighbours(_ set: String) {
    var numbers = Numbers(seed: 43)
    for length in [1, 2, 5, 7, 32, 33] {
      let one = numbers.sequences(1, length, 18)
      let weight = numbers.tensor([5, 18, 40])
      let algorithms: [TransformedWeight?] = [nil, TransformedWeight(weight)]
      var batch = Sequences(samples: 3, length: length, channels: 18)
      for l in 0..<length {
        for c in 0..<18 {
          (batch[0, l, c], batch[1, l, c], batch[2, l, c]) = (.nan, one[0, l, c], .infinity)
        }
      }
      for transformed in algorithms {
        var alone = Sequences(samples: 1, length: length, channels: 40)
        var among = Sequences(samples: 3, length: length, channels: 40)
        Operations.forcing(instructionSet: set) {
          Operations.convolve(
            one, weight: weight, transformed: transformed, bias: nil, into: &alone,
            workspace: Workspace())
          Operations.convolve(
            batch, weight: weight, transformed: transformed, bias: nil, into: &among,
            workspace: Workspace())
        }
        #expect(bits(among.samples(1..<2).dense.values) == bits(alone.dense.values))
      }
    }
  }
}
