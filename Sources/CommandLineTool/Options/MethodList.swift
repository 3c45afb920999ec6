import ArgumentParser
import Refinement

/// Methods named on the command line, with commas between; `all` for every one.
struct MethodList: ExpressibleByArgument {
  /// The methods, each once, in the order given.
  let names: [MethodName]
  /// Whether every method was asked for: a run without stages then goes without them.
  let isAll: Bool

  init?(argument: String) {
    isAll = argument == "all"
    if isAll {
      names = MethodName.allCases
      return
    }
    var names: [MethodName] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let name = MethodName(rawValue: String(part)) else { return nil }
      if !names.contains(name) { names.append(name) }
    }
    self.names = names
  }

  static var allValueStrings: [String] { MethodName.allCases.map(\.rawValue) + ["all"] }
}
