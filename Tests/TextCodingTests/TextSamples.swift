// Text and files that several tests share.
import Files
import Foundation

@testable import TextCoding

/// A directory that goes away with the test.
final class TemporaryDirectory {
  let path: String

  init() throws {
    let base = FileManager.default.temporaryDirectory
    path = base.appendingPathComponent("dgflow-text-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and returns its path.
  func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    let path = "\(self.path)/\(name)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// The names in the directory, hidden ones included, sorted.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}

/// Small numbers that look random and are the same in every run.
struct TestNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func below(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int((state >> 11) % UInt64(bound))
  }

  mutating func element<T>(_ items: [T]) -> T { items[below(items.count)] }
}

/// Sentences of our own, with more different lines than a test needs.
func sampleLines(_ count: Int, seed: UInt64 = 1) -> [String] {
  var numbers = TestNumbers(seed: seed)
  let subjects = ["The baker", "A ferry", "Our mayor", "The old clock", "Every gull", "My aunt"]
  let verbs = ["paints", "misses", "repairs", "counts", "forgets", "praises"]
  let objects = ["the harbour", "seven kites", "a café", "blue lamps", "the naïve plan", "snow"]
  return (0..<count).map { index in
    "\(numbers.element(subjects)) \(numbers.element(verbs)) \(numbers.element(objects)) , "
      + "said number \(numbers.below(1000)) of \(index)"
  }
}

/// The first failure's message, or nil where nothing is thrown.
func failureMessage(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch let failure as Failure {
    return failure.message
  } catch {
    return "not a Failure: \(error)"
  }
}

/// The kind of the failure, or nil where nothing is thrown.
func failureKind(_ body: () throws -> Void) -> Failure.Kind? {
  do {
    try body()
    return nil
  } catch let failure as Failure {
    return failure.kind
  } catch {
    return .internalFault
  }
}

/// The folder of the fixtures.
let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("Fixtures")
