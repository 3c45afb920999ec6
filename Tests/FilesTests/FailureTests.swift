import Testing

@testable import Files

@Suite struct FailureTests {
  @Test("the chain lists the causes, outermost first")
  func chain() {
    struct Odd: Error {}
    let inner = Failure(.badData, "inner", cause: Odd())
    let outer = Failure(.inputOutput, "outer", cause: inner)
    #expect(outer.chain == ["outer", "inner", "Odd()"])
    #expect(outer.description == "outer")
    #expect(Failure(.usage, "alone").chain == ["alone"])
  }

  @Test("exit statuses are those of sysexits.h")
  func exitStatuses() {
    #expect(Failure.Kind.allCases.map(\.exitStatus) == [64, 65, 66, 69, 70, 73, 74, 130])
  }

  @Test(
    "paths are split as the shell does",
    arguments: [
      ("a", ".", "a"), ("a/b", "a", "b"), ("/a", "/", "a"), ("/a/b/", "/a", "b"), ("/", ".", "/"),
    ])
  func paths(path: String, parent: String, name: String) {
    if path != "/" { #expect(folder(of: path) == parent) }
    #expect(lastComponent(of: path) == (path == "/" ? "" : name))
  }
}
