import Experiments
import Testing

@testable import Reporting

@Suite("Tables of speed")
struct SpeedTableTests {
  private func row(
    _ step: TimedStep, width: Int = 64, blocks: Int = 5, batch: Int = 64, seconds: Double,
    memory: Int? = 76_000_000
  ) -> StepTiming {
    StepTiming(
      step: step, size: ModelSize(width: width, blocks: blocks), batch: batch, threads: 2,
      instructionSet: "avx2",
      times: RepetitionSummary(
        repetitions: 21, medianSeconds: seconds, leastSeconds: seconds / 2, operations: 1e10,
        peakOperationsPerSecond: 2e11), peakMemory: memory)
  }

  @Test("steps: times, rate of the plain algorithm, share of the peak, memory")
  func steps() throws {
    let lines = SpeedTable.lines([row(.critic, seconds: 0.1), row(.refinement, seconds: 0.02)])
    #expect(lines.count == 4)
    let cells = lines[1].split(separator: " ")
    #expect(
      cells.map(String.init) == [
        "64", "64", "critic", "100", "ms", "50.0", "ms", "21", "10.0", "100", "0.50", "76.0", "MB",
      ])
    #expect(lines[3].hasPrefix("avx2, 2 threads: multiply-add peak 200 GFLOP/s"))
    #expect(lines.allSatisfy { $0.count <= 110 })
    #expect(SpeedTable.lines([row(.critic, seconds: 1, memory: nil)])[1].hasSuffix(" -"))
    #expect(SpeedTable.lines([StepTiming]()).count == 1)
  }

  @Test("both steps of training: seconds of an iteration, and of the preset of that size")
  func training() {
    let rows = [
      row(.critic, blocks: 2, batch: 32, seconds: 0.1),
      row(.generator, blocks: 2, batch: 32, seconds: 0.05),
      row(.critic, width: 512, seconds: 2), row(.generator, width: 512, seconds: 1),
      row(.critic, width: 100, seconds: 0.2), row(.generator, width: 100, seconds: 0.1),
      row(.critic, width: 7, seconds: 0.2),
    ]
    let lines = SpeedTable.lines(rows).suffix(3)
    #expect(
      Array(lines) == [
        "training at width 64, batch 32: 150 ms an iteration (1 critic step, 1 generator step); "
          + "preset small, 100000 iterations: 4 h 10 min",
        "training at width 512, batch 64: 21000 ms an iteration (10 critic steps, 1 generator step); "
          + "preset paper, 200000 iterations: 48 d 14 h",
        "training at width 100, batch 64: 300 ms an iteration (1 critic step, 1 generator step)",
      ])
  }

  @Test("products: extents and the same figures")
  func products() throws {
    let row = ProductTiming(
      extents: try ProductExtents(rows: 512, columns: 64, depth: 320), instructionSet: "neon",
      times: RepetitionSummary(
        repetitions: 9, medianSeconds: 0.001, leastSeconds: 0.0005, operations: 2e7,
        peakOperationsPerSecond: 4e10))
    let lines = SpeedTable.lines([row])
    #expect(lines.count == 3 && lines[1].hasPrefix("512x64x320  1.00 ms  0.50 ms"))
    #expect(lines[1].hasSuffix("20.0     0.50"))
    #expect(lines[2].hasPrefix("neon, 1 thread: multiply-add peak 40.0 GFLOP/s"))
  }
}
