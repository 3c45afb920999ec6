import Files
import Foundation
import NeuralNetworks
import Tensors
import Testing

@Suite("Named parameters, files and initial values")
struct ParameterTests {
  private func chain(seed: UInt64 = 1) -> Chain<Convolution, Chain<ResidualStack, Reduction>> {
    let source = Initialiser(seed: seed, prefix: "test.")
    return Chain(
      (
        "input",
        Convolution(
          kernelWidth: 1, inputChannels: 4, outputChannels: 3, name: "input", initialiser: source)
      ),
      (
        "",
        Chain(
          ("blocks", ResidualStack(count: 2, channels: 3, name: "blocks", initialiser: source)),
          ("output", Reduction(length: 6, channels: 3, name: "output", initialiser: source)))
      ))
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = try TemporaryFolder()
    defer { FileSystem.removeDirectory(folder.path) }
    try body(folder.path)
  }

  @Test("names are paths, in the order from input to output")
  func names() {
    #expect(
      chain().parameters.names == [
        "input.weight", "input.bias",
        "blocks.0.conv1.weight", "blocks.0.conv1.bias",
        "blocks.0.conv2.weight", "blocks.0.conv2.bias",
        "blocks.1.conv1.weight", "blocks.1.conv1.bias",
        "blocks.1.conv2.weight", "blocks.1.conv2.bias",
        "output.weight", "output.bias",
      ])
    #expect(chain().parameterCount == 4 * 3 + 3 + 4 * (5 * 9 + 3) + 18 + 1)
  }

  @Test("a file gives back the same parameters and metadata")
  func roundTrip() throws {
    try withFolder { folder in
      let path = folder + "/x.safetensors"
      let parameters = chain().parameters
      try parameters.write(to: path, metadata: ["note": "a \"quoted\" line\n"])
      #expect(try NamedParameters(contentsOf: path) == parameters)
      #expect(try SafetensorsFile(contentsOf: path).metadata["note"] == "a \"quoted\" line\n")
      var other = chain(seed: 2)
      #expect(other.parameters != parameters)
      try other.load(NamedParameters(contentsOf: path), source: path)
      #expect(other.parameters == parameters)
    }
  }

  @Test("missing, surplus and misshapen parameters are named and change nothing")
  func refusals() throws {
    let network = chain()
    func attempt(_ edit: (String, Tensor) -> (String, Tensor)?, extra: Bool = false) -> String? {
      var edited = NamedParameters()
      for (name, tensor) in zip(network.parameters.names, network.parameters.tensors) {
        if let (name, tensor) = edit(name, tensor) { edited.append(name, tensor) }
      }
      if extra { edited.append("blocks.2.conv1.weight", Tensor(shape: [1])) }
      var target = network
      do {
        try target.load(edited, source: "somewhere")
        return nil
      } catch let failure as Failure {
        #expect(failure.kind == .badData)
        #expect(target.parameters == network.parameters)
        return failure.message
      } catch {
        return "another error"
      }
    }
    #expect(attempt { ($0, $1) } == nil)
    let missing = attempt { $0 == "output.bias" ? nil : ($0, $1) }
    #expect(missing?.contains("somewhere: parameter output.bias is missing") == true)
    let misshapen = attempt { $0 == "input.bias" ? ($0, Tensor(shape: [7])) : ($0, $1) }
    #expect(misshapen?.contains("input.bias has shape [7], expected [3]") == true)
    let surplus = attempt({ ($0, $1) }, extra: true)
    #expect(surplus?.contains("blocks.2.conv1.weight") == true)
  }

  @Test("truncated files are refused at every length")
  func truncation() throws {
    try withFolder { folder in
      let path = folder + "/x.safetensors"
      try chain().parameters.write(to: path)
      let bytes = try MappedFile(path: path).withBytes { Array($0) }
      for length in stride(from: 0, to: bytes.count, by: 97) {
        try AtomicFile.write(Array(bytes.prefix(length)), to: path)
        #expect(throws: Failure.self) { try NamedParameters(contentsOf: path) }
      }
    }
  }

  @Test("the first parameter that is not finite is named")
  func nonFinite() {
    var network = chain()
    #expect(network.parameters.firstNonFinite == nil)
    network.second.second.weight[3] = .nan
    #expect(network.parameters.firstNonFinite == "output.weight")
    network.first.bias[0] = .infinity
    #expect(network.parameters.firstNonFinite == "input.bias")
  }

  @Test("initial values are a function of seed, name and shape, with the recipe's variance")
  func initialValues() {
    let source = Initialiser(seed: 5, prefix: "generator.")
    let tensor = source.uniform(shape: [5, 40, 40], variance: 0.01, name: "w")
    #expect(tensor == source.uniform(shape: [5, 40, 40], variance: 0.01, name: "w"))
    #expect(tensor != source.uniform(shape: [5, 40, 40], variance: 0.01, name: "v"))
    #expect(
      tensor
        != Initialiser(seed: 5, prefix: "critic.").uniform(
          shape: [5, 40, 40], variance: 0.01, name: "w"))
    let mean = tensor.values.reduce(0.0) { $0 + Double($1) } / Double(tensor.count)
    let square = inner(tensor, tensor) / Double(tensor.count)
    #expect(abs(mean) < 0.004)
    #expect(abs(square - 0.01) < 0.0004)
    #expect(tensor.values.allSatisfy { abs($0) <= Float(0.03.squareRoot()) })
    let network = chain()
    let bound = (12 / Double(5 * 6)).squareRoot()
    let block = network.second.first.blocks[0]
    #expect(block.convolution1.weight.values.allSatisfy { abs(Double($0)) <= bound })
    #expect(block.convolution1.weight != block.convolution2.weight)
    #expect(block.convolution1.bias.values.allSatisfy { $0 == 0 })
    #expect(
      network.second.second.weight.values.allSatisfy {
        abs(Double($0)) <= (6.0 / 19).squareRoot()
      })
  }
}

/// A folder of a test's own under the system's temporary folder.
struct TemporaryFolder {
  let path: String

  init() throws {
    var generator = SystemRandomNumberGenerator()
    path =
      FileManager.default.temporaryDirectory.path
      + "/dgflow-test-\(String(generator.next(), radix: 16))"
    try FileSystem.makeDirectory(path)
  }
}
