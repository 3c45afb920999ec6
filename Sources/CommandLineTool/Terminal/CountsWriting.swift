import Files
import NGramScoring

extension CountsFile {
  /// Writes the file; the first signal ends the writing, and nothing is left behind.
  func writeOrStop(to path: String, talk: Talk) throws -> String {
    // From here on there is a file under a temporary name, which only an orderly end takes away.
    Interruption.isNoted = true
    var meter = ProgressMeter("write", unit: "MB", talk: talk)
    func stopIfAsked() throws {
      guard Interruption.isRequested else { return }
      throw Failure(.interrupted, "stopped before \(path) was written; nothing was written")
    }
    try stopIfAsked()
    let digest = try write(to: path) { bytes in
      try stopIfAsked()
      meter.update(done: bytes / 1_000_000, total: nil)
    }
    meter.finish()
    return digest
  }
}
