import Files
import Testing

@testable import Experiments

// Times themselves are never asserted: they belong to the machine.

@Suite("Timing of steps")
struct StepBenchmarkTests {
  @Test("the arithmetic is the published networks': 3200 C² + 2 L V C + 2 L C, and with Z for G")
  func arithmetic() {
    for (width, vocabulary, latent) in [(64, 100, 128), (512, 96, 100), (1, 3, 2)] {
      let size = ModelSize(width: width, vocabulary: vocabulary, latentWidth: latent)
      let (c, v, z, l) = (Double(width), Double(vocabulary), Double(latent), 32.0)
      let critic = 3200 * c * c + 2 * l * v * c + 2 * l * c
      let generator = 3200 * c * c + 2 * z * l * c + 2 * l * c * v
      #expect(size.criticOperations == critic)
      #expect(size.generatorOperations == generator)
      for batch in [1.0, 64] {
        let whole = Int(batch)
        #expect(
          TimedStep.critic.operations(size, batch: whole) == batch * (generator + 10 * critic))
        #expect(
          TimedStep.generator.operations(size, batch: whole)
            == batch * (3 * generator + 2 * critic))
        #expect(
          TimedStep.refinement.operations(size, batch: whole)
            == batch * (2 * generator + 2 * critic))
      }
    }
    // Other depths and lengths: two convolutions of width 5 a block.
    let size = ModelSize(width: 8, vocabulary: 5, length: 7, blocks: 3, latentWidth: 4)
    #expect(size.criticOperations == Double(6 * 2 * 5 * 7 * 64 + 2 * 7 * 5 * 8 + 2 * 7 * 8))
    #expect(size.generatorOperations == Double(6 * 2 * 5 * 7 * 64 + 2 * 4 * 7 * 8 + 2 * 7 * 8 * 5))
  }

  @Test("one row for each width, batch and step, in order, with enough repetitions")
  func rows() throws {
    var settings = StepBenchmark.Settings()
    settings.widths = [4, 3]
    settings.batches = [1, 10]
    settings.vocabulary = 7
    settings.length = 6
    settings.blocks = 1
    settings.latentWidth = 5
    settings.threads = 2
    settings.pace.seconds = 0
    settings.pace.repetitions = 3
    var told: [String] = []
    let rows = try StepBenchmark(settings).run { told.append("\($1) \($2) \($0.rawValue)") }
    #expect(rows.map { "\($0.size.width) \($0.batch) \($0.step.rawValue)" } == told)
    #expect(told.count == 12)
    #expect(told.prefix(4) == ["4 1 critic", "4 1 generator", "4 1 refinement", "4 10 critic"])
    for row in rows {
      #expect(row.times.repetitions == 3 && row.threads == 2)
      #expect(row.times.leastSeconds > 0 && row.times.leastSeconds <= row.times.medianSeconds)
      #expect(row.times.operations == row.step.operations(row.size, batch: row.batch))
      #expect(row.times.peakOperationsPerSecond > 0 && row.times.shareOfPeak > 0)
      #expect(try #require(row.peakMemory) > 1 << 20)
    }
  }

  @Test("a step alone is timed alone; more refinement steps than one flow has begin another")
  func someSteps() throws {
    var settings = StepBenchmark.Settings()
    settings.steps = [.refinement]
    settings.widths = [2]
    settings.batches = [2]
    settings.vocabulary = 3
    settings.pace.seconds = 0
    settings.pace.repetitions = 60
    let rows = try StepBenchmark(settings).run()
    #expect(rows.map(\.step) == [.refinement])
    #expect(rows.first?.times.repetitions == 60)
  }

  @Test("settings out of range are refused by name")
  func ranges() {
    func refused(_ part: String, _ change: (inout StepBenchmark.Settings) -> Void) {
      var settings = StepBenchmark.Settings()
      change(&settings)
      expectFailure(.usage, part) { _ = try StepBenchmark(settings) }
    }
    refused("width 0") { $0.widths = [64, 0] }
    refused("batch 70000") { $0.batches = [70_000] }
    refused("vocabulary 0") { $0.vocabulary = 0 }
    refused("length 5000") { $0.length = 5_000 }
    refused("blocks -1") { $0.blocks = -1 }
    refused("threads 0") { $0.threads = 0 }
    refused("seconds nan") { $0.pace.seconds = .nan }
    refused("repetitions 0") { $0.pace.repetitions = 0 }
    expectFailure(.usage, "extent is 0") { _ = try ProductExtents(rows: 1, columns: 0, depth: 3) }
  }

  @Test("products: one row each, times of one call, 2 M N K operations")
  func products() throws {
    let extents = [
      try ProductExtents(rows: 3, columns: 5, depth: 7),
      try ProductExtents(rows: 65, columns: 33, depth: 129),
    ]
    var pace = RepetitionPace()
    pace.seconds = 0
    pace.repetitions = 2
    let rows = ProductBenchmark.run(extents, pace: pace)
    #expect(rows.map(\.extents) == extents)
    #expect(rows.map(\.times.operations) == [210, 2 * 65 * 33 * 129])
    for row in rows {
      #expect(row.times.repetitions == 2 && row.times.leastSeconds > 0)
      #expect(row.times.leastSeconds <= row.times.medianSeconds)
    }
  }

  @Test("the median is the middle, or the mean of the two middle ones")
  func median() {
    #expect(RepetitionTimes.median([3, 1, 2]) == 2)
    #expect(RepetitionTimes.median([4, 1, 2, 3]) == 2.5)
    #expect(RepetitionTimes.median([]).isNaN)
  }
}
