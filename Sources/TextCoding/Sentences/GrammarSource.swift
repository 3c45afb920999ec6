import Determinism
import Files

/// One grammar file in memory.
struct GrammarSource: Sendable {
  /// Path for messages.
  let name: String
  let text: String

  init(name: String, text: String) {
    self.name = name
    self.text = text
  }

  /// - Throws: `Failure` of kind `missingInput`, or `badData` when the file is not UTF-8.
  init(contentsOf path: String) throws {
    let file = try MappedFile(path: path)
    guard let text = String(validating: file.bytes, as: UTF8.self) else {
      throw Failure(.badData, "\(path): not UTF-8 text; save the grammar as UTF-8")
    }
    self.init(name: path, text: text)
  }

  /// A failure at a line, counted from 1.
  func failure(line: Int, _ message: String) -> Failure {
    Failure(.badData, "\(name):\(line): \(message)")
  }

  /// Stable digest of the last path components and contents, in order.
  static func digest(_ sources: [GrammarSource]) -> String {
    var hash = StableHash()
    for source in sources {
      let name = FileSystem.lastName(of: source.name)
      for part in [name, source.text] {
        hash.combine(Array(part.utf8))
        hash.combine([0])
      }
    }
    return hash.hex
  }

  /// The `*.grammar` files under a folder, sorted by path.
  ///
  /// - Throws: `Failure` of kind `missingInput`.
  static func grammarFiles(in directory: String) throws -> [String] {
    var found: [String] = []
    var folders = [directory]
    while let folder = folders.popLast() {
      for name in try FileSystem.names(in: folder) where !name.hasPrefix(".") {
        let path = folder + "/" + name
        if FileSystem.isDirectory(path) {
          folders.append(path)
        } else if name.hasSuffix(".grammar") {
          found.append(path)
        }
      }
    }
    guard !found.isEmpty else {
      throw Failure(
        .missingInput, "\(directory): no *.grammar file in it; give the folder of a grammar")
    }
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
