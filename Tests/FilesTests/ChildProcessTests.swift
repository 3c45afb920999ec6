import Foundation
import Testing

@testable import Files

@Suite struct ChildProcessTests {
  @Test("output, error output and status come back")
  func outcome() throws {
    let outcome = try ChildProcess.run("sh", ["-c", "echo out; echo err >&2; exit 3"])
    #expect(outcome.status == 3)
    #expect(outcome.standardOutput == Array("out\n".utf8))
    #expect(outcome.standardError == "err\n")
    let killed = try ChildProcess.run("sh", ["-c", "kill -TERM $$"])
    #expect(killed.status == 128 + SIGTERM)
  }

  @Test("arguments pass as they are, with no shell in between")
  func arguments() throws {
    let odd = ["$HOME", "a b", "", "*", "\"'\\", "ë\n"]
    let outcome = try ChildProcess.run("printf", ["%s|"] + odd)
    #expect(
      String(decoding: outcome.standardOutput, as: UTF8.self) == odd.map { $0 + "|" }.joined())
    expectFailure(.usage, "zero byte") { _ = try ChildProcess.run("printf", ["a\0b"]) }
  }

  @Test("full pipes on both sides do not block")
  func fullPipes() throws {
    let script = """
      i=0; while [ $i -lt 300 ]; do
      head -c 4096 /dev/zero; head -c 4096 /dev/zero >&2; i=$((i+1)); done
      """
    let outcome = try ChildProcess.run("sh", ["-c", script])
    #expect(outcome.status == 0)
    #expect(outcome.standardOutput.count == 300 * 4096)
    #expect(outcome.standardError.utf8.count == 1 << 16)
    let child = try ChildProcess("sh", ["-c", script])
    #expect(try child.wait() == 0)
  }

  @Test("standard input is the file, or its end at once")
  func standardInput() throws {
    let folder = try TemporaryFolder()
    let path = try folder.put([1, 2, 3], "a")
    #expect(
      try ChildProcess.run("cat", [], standardInput: .file(path)).standardOutput == [1, 2, 3])
    #expect(try ChildProcess.run("cat", []).standardOutput.isEmpty)
    expectFailure(.missingInput, "absent") {
      _ = try ChildProcess.run("cat", [], standardInput: .file(folder.file("absent")))
    }
  }

  @Test("an absent program is named with the remedy")
  func absent() {
    expectFailure(.programAbsent, "no-such-program", "install it") {
      _ = try ChildProcess.run("no-such-program", [])
    }
  }

  @Test("a child that closed its output but runs on is waited for")
  func closedOutput() throws {
    let outcome = try ChildProcess.run("sh", ["-c", "exec >&-; sleep 0.1; echo late >&2; exit 5"])
    #expect(outcome.status == 5)
    #expect(outcome.standardError == "late\n")
  }

  @Test("an idle call may end the child, and its error passes")
  func idle() throws {
    struct Enough: Error {}
    let child = try ChildProcess("sleep", ["60"])
    var calls = 0
    #expect(throws: Enough.self) {
      try child.wait(every: 5) {
        calls += 1
        if calls == 3 { throw Enough() }
      }
    }
    #expect(calls == 3)
    #expect(try child.wait() == 128 + SIGKILL)
    let other = try ChildProcess("sleep", ["60"])
    #expect(try other.wait(every: 5) { other.terminate() } == 128 + SIGKILL)
  }

  #if compiler(>=6.2)  // exit tests came with Swift 6.2
    @Test("no child is left behind as a zombie")
    func noZombies() async {
      await #expect(processExitsWith: .success) {
        for _ in 0..<5 {
          _ = try ChildProcess("sleep", ["60"])
          _ = try ChildProcess.run("true", [])
          try ChildProcess("sleep", ["60"]).terminate()
        }
        // No child is left to wait for.
        var status: Int32 = 0
        exit(waitpid(-1, &status, WNOHANG) == -1 && errno == ECHILD ? 0 : 2)
      }
    }
  #endif

  @Test("children started from many threads at once see the ends of their pipes")
  func concurrent() async throws {
    let sizes = try await withThrowingTaskGroup(of: Int.self) { group in
      for index in 0..<24 {
        group.addTask {
          try ChildProcess.run("head", ["-c", "\(index * 1000)", "/dev/zero"]).standardOutput.count
        }
      }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(sizes.sorted() == (0..<24).map { $0 * 1000 })
  }

  #if compiler(>=6.2)  // exit tests came with Swift 6.2
    @Test("a child gets the default broken-pipe signal though we ignore it")
    func brokenPipe() async {
      await #expect(processExitsWith: .success) {
        signal(SIGPIPE, SIG_IGN)
        let outcome = try ChildProcess.run("sh", ["-c", "yes | head -n 1"])
        exit(outcome.standardOutput == Array("y\n".utf8) ? 0 : 2)
      }
    }
  #endif

  @Test("checksums are those that are published")
  func checksum() throws {
    let folder = try TemporaryFolder()
    #expect(
      try Checksum.sha256(ofFile: folder.put(Array("abc".utf8), "-a"))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    expectFailure(.missingInput, "absent") {
      _ = try Checksum.sha256(ofFile: folder.file("absent"))
    }
  }
}
