import Files
import Foundation
import GenerativeModels
import Testing

@testable import Runs

@Suite("Training settings")
struct TrainingSettingsTests {
  private let folder: TemporaryFolder
  private var file: String { folder.file("training.yml") }

  init() throws { folder = try TemporaryFolder() }

  private func read(_ text: String) throws -> TrainingSettings {
    try text.write(toFile: file, atomically: false, encoding: .utf8)
    return try TrainingSettings(contentsOf: file)
  }

  @Test("nothing given: the small preset as it is")
  func defaults() throws {
    let settings = TrainingSettings()
    #expect(settings.resolvedPreset == .small)
    #expect(try settings.networks() == NetworkSize(width: 64, blocks: 2))
    #expect(try settings.recipe() == TrainingPreset.small.configuration())
  }

  @Test("what a preset switches on is switched off by 0")
  func off() throws {
    let settings = try read("rateHalfLife: 0\naverageDecay: 0\nwarmStart: 0\n")
    let recipe = try settings.recipe()
    #expect(recipe.rateHalfLife == nil && recipe.averageDecay == nil && recipe.warmStart == 0)
  }

  @Test("a form of falling rates needs a half-life")
  func rateForm() throws {
    #expect(try read("rateForm: halving\n").recipe().rateForm == .halving)
    #expect(
      try read("preset: tiny\nrateForm: halving\nrateHalfLife: 9\n").recipe().rateHalfLife == 9)
    let steady = try read("preset: tiny\nrateForm: halving\n")
    expectFailure(.usage, "rate form is", "half-life") { _ = try steady.recipe() }
    var off = TrainingSettings()
    off.rateHalfLife = 0
    #expect(try steady.overridden(by: off).recipe().rateHalfLife == nil)
  }

  @Test("another form of the penalty does not take the weight of the preset's")
  func penalty() throws {
    #expect(try read("penaltyForm: twoSided\n").recipe().penalty == 10)
    #expect(try read("penaltyForm: twoSided\npenalty: 3\n").recipe().penalty == 3)
    #expect(try read("penaltyForm: zeroCentred\n").recipe() == TrainingSettings().recipe())
    #expect(try read("preset: paper\npenaltyForm: oneSided\n").recipe().penalty == 10)
  }

  @Test("with an end by the clock alone the recipe is the preset's, with what is given")
  func endless() throws {
    let small = TrainingPreset.small.configuration()
    let endless = try TrainingSettings().endlessRecipe()
    #expect(endless.iterations > 1_000_000_000 && endless.rateHalfLife == small.rateHalfLife)
    #expect(endless.warmStart == small.warmStart && endless.averageDecay == small.averageDecay)
    var given = TrainingSettings()
    given.rateHalfLife = 70
    #expect(try given.endlessRecipe().rateHalfLife == 70)
    given.batch = -1
    #expect(throws: Failure.self) { try given.endlessRecipe() }
  }

  @Test("the order is default, file, option")
  func order() throws {
    let file = try read("preset: tiny\nbatch: 16\npenalty: 5\nseed: 18446744073709551615\n")
    var option = TrainingSettings()
    option.batch = 24
    option.criticRate = 2e-4
    let settings = file.overridden(by: option)
    let recipe = try settings.recipe()
    #expect(try settings.networks().width == 32)  // the file's preset
    #expect(recipe.batch == 24)  // option over file
    #expect(recipe.penalty == 5)  // file over default
    #expect(recipe.criticRate == 2e-4)  // option over default
    #expect(recipe.generatorRate == 1e-3)  // default
    #expect(recipe.seed == .max)
    #expect(recipe.iterations == TrainingPreset.tiny.iterations)
  }

  @Test("every key of a file is read and every one can be overridden")
  func everyKey() throws {
    let text = """
      preset: paper
      width: 20
      blocks: 2
      temperature: 0.5
      iterations: 30
      batch: 40
      criticIterations: 3
      generatorRate: 0.5
      criticRate: 0.25
      penalty: 7
      penaltyForm: oneSided
      spectralBound: 2
      straightThrough: true
      initialisation: closedBranches
      warmStart: 9
      rateHalfLife: 1000
      rateForm: halving
      averageDecay: 0.999
      shards: 5
      convolution: winograd
      seed: 6
      """
    let settings = try read(text)
    let keys = text.split(separator: "\n").map { String($0.prefix { $0 != ":" }) }
    #expect(keys == TrainingSettings.keys)
    for (label, value) in Mirror(reflecting: settings).children {
      let isGiven = Mirror(reflecting: value).children.count == 1
      #expect(isGiven, "\(label ?? "?") was not read")
    }
    #expect(TrainingSettings().overridden(by: settings) == settings)
    #expect(settings.overridden(by: TrainingSettings()) == settings)
    let recipe = try settings.recipe()
    #expect(recipe.averageDecay == 0.999 && recipe.shards == 5 && recipe.criticIterations == 3)
    #expect(recipe.convolution == .winograd)
    #expect(recipe.penaltyForm == .oneSided && recipe.spectralBound == 2)
    #expect(recipe.straightThrough && recipe.initialisation == .closedBranches)
    #expect(recipe.warmStart == 9 && recipe.rateHalfLife == 1000 && recipe.rateForm == .halving)
    let networks = try settings.networks()
    #expect(networks.width == 20 && networks.blocks == 2 && networks.temperature == 0.5)
    #expect(try YAMLFile.text(of: settings) == YAMLFile.text(of: try read(text)))
  }

  @Test("a batch smaller than the default shards has as many shards as samples")
  func smallBatch() throws {
    #expect(try read("batch: 3").recipe().shards == 3)
    expectFailure(.usage, "shards is 8", "1...batch (3)") {
      _ = try read("batch: 3\nshards: 8").recipe()
    }
  }

  @Test(
    "a wrong file is refused with the key",
    arguments: [
      ("widht: 3", "unknown setting `widht`"), ("width: wide", "`width` is not a whole number"),
      ("width: 1.5", "`width` is not a whole number"), ("preset: huge", "huge"),
      ("seed: -1", "`seed` is not a whole number of at least 0"),
      ("penalty: ten", "`penalty` is not a number"),
      ("- width", "the top level is not a list of keys"), ("width: [", "not readable as YAML"),
      ("width: 1\nwidth: 2", "width"), ("", "the file is empty"), ("# nothing\n", "is empty"),
      ("\u{1}", "not readable as YAML: 1:1"),
    ])
  func refused(text: String, part: String) throws {
    expectFailure(.badData, file, part) { _ = try read(text) }
  }

  @Test("the error for an unknown key lists the known ones")
  func knownKeys() throws {
    expectFailure(.badData, TrainingSettings.keys.joined(separator: ", ")) {
      _ = try read("learningRate: 3")
    }
  }

  @Test("bytes that are not UTF-8 and absent files are named")
  func unreadable() throws {
    try Data([0x61, 0xFF]).write(to: URL(filePath: file))
    expectFailure(.badData, file, "not UTF-8") { _ = try TrainingSettings(contentsOf: file) }
    expectFailure(.missingInput, folder.file("none.yml")) {
      _ = try TrainingSettings(contentsOf: folder.file("none.yml"))
    }
  }

  @Test(
    "values out of range are refused by name",
    arguments: [
      ("width: 0", "width 0"), ("width: 5000", "width 5000"), ("batch: 0", "batch is 0"),
      ("iterations: -1", "iterations is -1"), ("criticRate: 0", "critic rate is 0.0"),
      ("generatorRate: .nan", "generator rate is nan"), ("penalty: -1", "penalty is -1.0"),
      ("averageDecay: 1", "average decay is 1.0"), ("criticIterations: 0", "critic iterations"),
      ("blocks: -1", "-1 residual blocks"), ("temperature: 0", "temperature 0.0"),
      ("spectralBound: 0", "spectral bound is 0.0"), ("warmStart: -1", "warm start is -1"),
      ("rateHalfLife: -1", "rate half-life is -1"),
    ])
  func outOfRange(text: String, part: String) throws {
    expectFailure(.usage, part) {
      let settings = try read(text)
      _ = (try settings.networks(), try settings.recipe())
    }
  }
}

@Suite("Where data are found")
struct DataLocationsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("roots: the user's folder, the installed share, then Corpora in each parent")
  func roots() {
    let data = DataLocations(dataFolder: "/d", executable: "/opt/x/bin/dgflow", cache: "/c")
    #expect(
      data.roots == [
        "/d", "/opt/x/share/dgflow", "/opt/x/bin/Corpora", "/opt/x/Corpora", "/opt/Corpora",
      ])
    #expect(data.cache == "/c")
    #expect(
      DataLocations(dataFolder: "", executable: "/bin/dgflow", cache: nil).roots
        == ["/share/dgflow", "/bin/Corpora"])
    #expect(
      DataLocations(dataFolder: nil, executable: "dgflow", cache: nil).roots
        == ["/share/dgflow"])
  }

  @Test("a bare name is a bundled run or grammar, a path is itself, the first root wins")
  func resolving() throws {
    let (user, installed) = (folder.file("user"), folder.file("x"))
    let data = DataLocations(
      dataFolder: user, executable: installed + "/bin/dgflow", cache: nil)
    let shared = installed + "/share/dgflow"
    for path in [
      shared + "/newswire/run", shared + "/newswire/grammar", user + "/newswire/run",
    ] { try FileSystem.makeDirectory(path) }
    #expect(try data.run("newswire") == user + "/newswire/run")
    #expect(try data.grammar("newswire") == shared + "/newswire/grammar")
    #expect(try data.run(shared) == shared)
    #expect(data.find("newswire/grammar") == shared + "/newswire/grammar")
    #expect(data.find("newswire/none") == nil)
    expectFailure(.missingInput, "no run at tram", user, shared, "DGFLOW_DATA") {
      _ = try data.run("tram")
    }
    expectFailure(.missingInput, "no run at \(folder.file("no/run"))") {
      _ = try data.run(folder.file("no/run"))
    }
    expectFailure(.missingInput, "no grammar at \"\"") { _ = try data.grammar("") }
    expectFailure(.missingInput, "no manifest.yml", user) { _ = try data.manifest() }
    try "version: 1\ncorpora: []\n".write(
      toFile: user + "/manifest.yml", atomically: false, encoding: .utf8)
    #expect(try data.manifest() == user + "/manifest.yml")
  }
}

@Suite("The manifest of downloadable corpora")
struct CorpusManifestTests {
  private let folder: TemporaryFolder
  private static let digest = String(repeating: "0aF", count: 21) + "9"

  init() throws { folder = try TemporaryFolder() }

  private func manifest(
    version: Int = 1, name: String = "words", bytes: String = "12", sha256: String = digest
  ) throws -> CorpusManifest {
    let text = """
      version: \(version)
      corpora:
        - name: \(name)
          title: Some words
          address: file:///words.gz
          bytes: \(bytes)
          sha256: \(sha256)
          licence: free
        - name: other
          title: Other words
          address: file:///other.gz
          bytes: 1
          sha256: \(Self.digest)
          licence: free
      """
    let file = folder.file("manifest.yml")
    try text.write(toFile: file, atomically: false, encoding: .utf8)
    return try CorpusManifest(contentsOf: file)
  }

  @Test("the project's own manifest is read, with the Billion Word Benchmark as published")
  func ownManifest() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Corpora/manifest.yml").path
    let entry = try CorpusManifest(contentsOf: path).entry(named: "billion-words")
    #expect(entry.bytes == 1_792_209_805)
    #expect(
      entry.sha256 == "01ba60381110baf7f189dfd2b8374de371e8c9a340835793f190bdae9e90a34e")
    #expect(
      entry.address
        == "http://www.statmt.org/lm-benchmark/1-billion-word-language-modeling-benchmark"
        + "-r13output.tar.gz")
  }

  @Test("entries are found by name, and a wrong name lists those there are")
  func names() throws {
    let manifest = try manifest()
    #expect(try manifest.entry(named: "words").bytes == 12)
    expectFailure(.usage, "no corpus named wrods", "words, other") {
      _ = try manifest.entry(named: "wrods")
    }
  }

  @Test("bad digests are refused with entry and value")
  func digests() throws {
    for digest in [
      "'0'", String(repeating: "g", count: 64), Self.digest + "0",
      // Sixty-four bytes of full-width digits, which Unicode calls hexadecimal.
      String(repeating: "１", count: 21) + "1",
    ] {
      expectFailure(.badData, "manifest.yml", "words", "sha256") {
        _ = try manifest(sha256: digest)
      }
    }
  }

  @Test("bad sizes, names and versions are refused")
  func otherFields() throws {
    expectFailure(.badData, "`bytes` is 0") { _ = try manifest(bytes: "0") }
    expectFailure(.badData, "`bytes` is -3") { _ = try manifest(bytes: "-3") }
    expectFailure(.badData, "bytes", "not a whole number") { _ = try manifest(bytes: "many") }
    expectFailure(.badData, "`other`", "twice") { _ = try manifest(name: "other") }
    expectFailure(.badData, "empty") { _ = try manifest(name: "''") }
    expectFailure(.badData, "version 2") { _ = try manifest(version: 2) }
  }
}
