import Foundation

/// What the tests share, made once: text from the bundled grammar, a corpus of it, a tiny run.
struct Workshop {
  /// The text, one sentence a line.
  let text: String
  /// The corpus prepared from the text.
  let corpus: String
  /// A run of six iterations, calibrated; tests that change a run change a copy.
  let run: String
  /// The n-grams of the text, orders 1 to 6.
  let counts: String

  /// A folder that is removed when the tests end.
  static let folder: String = {
    let path = Scratch.place + "dgflow-workshop-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(atPath: Workshop.folder) }
    return path
  }()

  /// A folder with nothing in it but the tool under its own name.
  static var bin: String {
    get throws { try linked.get() }
  }

  private static let linked = Result {
    let path = folder + "/bin"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: path + "/dgflow", withDestinationPath: Tool.executable)
    return path
  }

  /// The workshop; making it fails every test that needs it, with the reason.
  static var shared: Workshop {
    get throws { try made.get() }
  }

  /// How the shared run was trained, less corpus and output; with this seed so young a critic
  /// happens to rate real text above generated text, so that its calibration is used.
  static let recipe = [
    "--preset", "tiny", "--width", "8", "--iterations", "6", "--evaluate-every", "3",
    "--checkpoint-every", "2", "--evaluation-samples", "50", "--seed", "6",
  ]

  /// Why there is no workshop.
  struct Unmade: Error {
    let command: [String]
    let errors: String
  }

  private static let made = Result {
    let folder = Self.folder
    let workshop = Workshop(
      text: folder + "/news.txt", corpus: folder + "/corpus", run: folder + "/run",
      counts: folder + "/news.counts")
    func dgflow(_ arguments: [String]) throws -> String {
      let outcome = try Tool.run(arguments, folder: folder)
      guard outcome.status == 0 else { throw Unmade(command: arguments, errors: outcome.errors) }
      return outcome.output
    }
    let sentences = try dgflow(["corpus", "synthesize", "newswire", "--count", "3000"])
    try Data(sentences.utf8).write(to: URL(fileURLWithPath: workshop.text))
    _ = try dgflow(["corpus", "prepare", workshop.text, "--output", workshop.corpus])
    _ = try dgflow(["corpus", "count", workshop.text, "--output", workshop.counts])
    _ = try dgflow(["train", workshop.corpus, "--output", workshop.run] + recipe)
    _ = try dgflow(
      ["calibrate", workshop.run, "--reference", workshop.corpus, "--count", "200"])
    return workshop
  }
}

/// A folder of its own for one test, removed afterwards.
final class Scratch {
  let folder: String

  /// Where such folders are made, with a slash at the end.
  static let place: String = {
    let place = NSTemporaryDirectory()
    return place.hasSuffix("/") ? place : place + "/"
  }()

  init() throws {
    folder = Self.place + "dgflow-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The path of a name in the folder.
  func path(_ name: String) -> String { folder + "/" + name }

  /// What is in a folder of this one, in the order of names.
  func names(_ name: String = ".") -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path(name)))?.sorted() ?? []
  }

  /// Copies a file or folder under a new name; returns its path.
  func copy(_ source: String, as name: String) throws -> String {
    try FileManager.default.copyItem(atPath: source, toPath: path(name))
    return path(name)
  }

  /// Writes a file; returns its path.
  @discardableResult
  func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  /// The bytes of a file.
  func bytes(_ name: String) throws -> [UInt8] { try fileBytes(path(name)) }
}

/// The bytes of a file.
func fileBytes(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}
