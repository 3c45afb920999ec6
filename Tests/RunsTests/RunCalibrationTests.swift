import Files
import Foundation
import Testing

@testable import Runs

@Suite("calibration.yml")
struct RunCalibrationTests {
  private let folder: TemporaryFolder
  private var file: String { folder.file("calibration.yml") }

  init() throws { folder = try TemporaryFolder() }

  @Test("every number comes back with the same bits", arguments: [1.0, 0.37, 5, 1e-3])
  func roundTrip(real: Double) throws {
    let calibration = try RatioChoiceTests.calibration(real: real, smoothing: 0.1)
    try calibration.write(run: folder.path)
    #expect(try RunCalibration(contentsOf: file) == calibration)
  }

  @Test(
    "another version and nonsense are refused with the place",
    arguments: [
      ("format: 1", "format: 2", "format 2"), ("smoothing: 0.1", "smoothing: 1.0", "`smoothing`"),
      ("smoothing: 0.1", "smoothing: .nan", "`smoothing` is nan"),
      ("version: 1\n", "version: 3\n", "version 3"),
      ("representation: decoded", "representation: raw", "two records"),
      ("representation: decoded", "representation: encoded", "encoded"),
      ("records:", "recodes:", "`records` is missing"),
    ])
  func refused(old: String, new: String, part: String) throws {
    try RatioChoiceTests.calibration().write(run: folder.path)
    try edit(file, old, new)
    expectFailure(.badData, file, part) { _ = try RunCalibration(contentsOf: file) }
  }

  @Test("a scale that is not finite is refused")
  func notFinite() throws {
    let calibration = try RatioChoiceTests.calibration()
    try calibration.write(run: folder.path)
    let scale = try #require(calibration.records.first).calibration.scale
    try edit(file, "scale: \(scale)", "scale: .inf")
    expectFailure(.badData, file, "must be finite") { _ = try RunCalibration(contentsOf: file) }
  }

  @Test("a run gives its calibration, unless it was made for other weights")
  func staleness() throws {
    let model = Small.model(codec: try Small.codec())
    let run = try Small.run(at: folder.file("run"), model: model)
    let path = folder.file("run/calibration.yml")
    let calibration = try RatioChoiceTests.calibration(iteration: 7)
    try calibration.write(run: run.path)
    #expect(try run.calibration() == calibration)
    try RatioChoiceTests.calibration(iteration: 6).write(run: run.path)
    expectFailure(.badData, path, "iteration 6", "of 7", "dgflow calibrate") {
      _ = try run.calibration()
    }
    try RunCalibration.remove(run: run.path)
    #expect(try run.calibration() == nil)
    try RunCalibration.remove(run: run.path)
  }
}
