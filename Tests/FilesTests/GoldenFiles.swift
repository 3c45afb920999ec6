import Foundation

@testable import Files

/// What `Tools/golden/file_formats.py` put into its files, and what it checks in ours.
struct GoldenFiles: Codable {
  struct Array: Codable {
    let dtype: String
    let shape: [Int]
    let values: [Double]
  }

  struct Named: Codable {
    let metadata: [String: String]
    let arrays: [String: Array]
  }

  let npy: [String: Array]
  let refused: [String]?
  let safetensors: [String: Named]

  static func load() throws -> GoldenFiles {
    let data = try Data(contentsOf: URL(filePath: fixture("file_formats.json")))
    return try JSONDecoder().decode(GoldenFiles.self, from: data)
  }
}

/// The independent implementation, where it is installed.
enum Python {
  static let script = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Tools/golden/file_formats.py").standardized.path

  /// Whether `python3` has NumPy and safetensors.
  static let hasPackages: Bool = {
    let outcome = try? ChildProcess.run("python3", ["-c", "import numpy, safetensors.numpy"])
    return outcome?.status == 0
  }()
}
