import Foundation
import Testing

/// Mistakes of the user: one clear line, the right exit status, nothing lost.
@Suite struct ErrorTests {
  private let workshop: Workshop
  private let scratch: Scratch

  init() throws {
    workshop = try Workshop.shared
    scratch = try Scratch()
  }

  /// A line of shell words and what the error line says; `$corpus`, `$run` and `$text` are shared.
  struct Mistake: CustomTestStringConvertible, Sendable {
    let command: String
    let fragments: [String]
    var testDescription: String { "dgflow \(command)" }

    init(_ command: String, _ fragments: String...) {
      self.command = command
      self.fragments = fragments
    }
  }

  static let wrongUse = [
    Mistake("frobnicate", "frobnicate", "dgflow --help"),
    Mistake("generate", "<run>", "dgflow generate --help"),
    Mistake("generate $run extra", "extra"),
    Mistake("generate $run --cuont 3", "--cuont", "--count"),
    Mistake("generate $run --count", "--count"),
    Mistake("generate $run --count 0", "--count 0", "at least 1"),
    Mistake("generate $run --count -3", "--count -3", "at least 1"),
    Mistake("generate $run --count many", "many", "--count"),
    Mistake("generate $run --count 99999999999999999999", "--count"),
    Mistake("generate $run --threads 0", "--threads 0"),
    Mistake("generate $run --seed -1", "-1", "--seed"),
    Mistake("generate $run --quiet --verbose", "--quiet and --verbose"),
    Mistake("refine $run --step-size 0", "--step-size 0", "above 0"),
    Mistake("refine $run --step-size nan", "--step-size nan"),
    Mistake("refine $run --noise -1", "--noise -1", "at least 0"),
    Mistake("refine $run --noise inf", "--noise inf"),
    Mistake("refine $run --steps -1", "--steps -1"),
    Mistake("refine $run --divergence hellinger", "hellinger", "kl"),
    Mistake("refine $run --ratio guessed", "guessed"),
    Mistake("refine $run --values-every 0", "--values-every 0"),
    Mistake("score $text", "--reference"),
    Mistake("score $text --reference $corpus --order 0", "--order 0"),
    Mistake("score $text --reference $corpus --order -4", "--order -4"),
    Mistake("score $text --reference $corpus --order 33", "33", "32"),
    Mistake("score $text --reference $corpus --count 0", "--count 0"),
    Mistake("score $text --reference $corpus --split holdout", "holdout", "validation"),
    Mistake("score - - --reference $corpus", "standard input"),
    Mistake("score - --reference -", "standard input"),
    Mistake("score $text --reference $corpus --metric bleu", "bleu", "perplexity"),
    Mistake("score $text --reference $counts --metric words", "--metric words", "its text"),
    Mistake("score $text --reference $text --metric copies", "copies", "prepared corpus"),
    Mistake("score $counts --reference $counts --metric duplicates", "duplicates", "give text"),
    Mistake("score $text --reference $text --metric perplexity --exclude-padding", "perplexity"),
    Mistake("score $text --reference $counts --order 7", "1 to 6", "--order 7"),
    Mistake("score $text --reference $counts --exclude-padding", "--exclude-padding"),
    Mistake("score $counts --reference $corpus", "another vocabulary", "--vocabulary"),
    Mistake("score $counts --reference $counts --count 5", "--count"),
    Mistake("score $text --reference $corpus --json --csv", "--json and --csv"),
    Mistake("score $text --reference $corpus --draws 1", "--draws 1", "at least 2"),
    Mistake("score $text --reference $text --draws 5 --plain", "--draws", "--plain"),
    Mistake("score $text --reference $corpus --length 32", "--length", "leave it out"),
    Mistake("score $text --reference $counts --length 32", "--length", "leave it out"),
    Mistake("score $text --reference $text --split test", "--split", "leave it out"),
    Mistake("score $text --reference $counts --split train", "--split", "leave it out"),
    Mistake("score $text --reference $text --samples-split test", "--samples-split", "leave it"),
    Mistake("score $text --reference $text --metric duplicates --order 3", "--order", "leave it"),
    Mistake("score $text --reference $text --metric perplexity --order 3", "of order 6", "js"),
    Mistake("score $text --reference $corpus --metric copies --exclude-padding", "leave it out"),
    Mistake("score $text $text --reference $text --paired --plain", "--paired", "--plain"),
    Mistake("score $text $text --reference $text --paired --metric kl", "--paired", "--metric js"),
    Mistake("score $text --reference $corpus --memory 1M", "--memory 1M", "at least"),
    Mistake("score $text --reference $corpus --memory lots", "lots", "--memory"),
    Mistake("score $text --reference $corpus --threads 1000", "1000 threads", "fewer threads"),
    Mistake("score $text --reference $corpus --paired", "--paired", "two"),
    Mistake("score $text $counts --reference $counts --paired", "--paired", "order of lines"),
    Mistake("score $text --reference $text --parity --tokens", "--tokens"),
    Mistake("score $text --reference $text --parity --exclude-padding", "--exclude-padding"),
    Mistake("score $text --reference $text --parity --length 16", "--length"),
    Mistake("score $text --reference $text --parity --draws 5", "--draws"),
    Mistake("score $text --reference $text --parity-unit byte", "--parity-unit", "--parity"),
    Mistake("score $text --reference $text --parity --parity-unit word", "word", "scalar"),
    Mistake("score $text --reference $text --billion-words", "--parity"),
    Mistake("score $text --reference $corpus --parity", "--parity", "text file"),
    Mistake("score $text --reference $counts --parity", "--parity", "text file"),
    Mistake("corpus count $text", "--output"),
    Mistake("corpus count --output x", "<inputs>"),
    Mistake("corpus count $text --output x --order 0", "--order 0"),
    Mistake("corpus count $text --output x --order 33", "33", "32"),
    Mistake("corpus count $text --output x --order 3 --shortest 4", "--order 3", "--shortest 4"),
    Mistake("corpus count $text --output x --shortest 0", "--shortest 0"),
    Mistake("corpus count $text --output x --length 0", "--length 0"),
    Mistake("corpus count $text --output x --order 32", "128 bits", "at most"),
    Mistake("corpus count $text --output x --memory 57M --threads 1", "at least 58M"),
    Mistake("corpus count $text --output x --unit word", "word", "grapheme"),
    Mistake("corpus count - - --output x", "standard input"),
    Mistake("corpus count $text $counts --output x", "merge-counts"),
    Mistake("corpus count $text $corpus --output x", "corpus alone"),
    Mistake("corpus count $corpus --output x --length 16", "32 symbols", "--length 16"),
    Mistake("corpus count $corpus --output x --unit byte", "leave out --unit"),
    Mistake("corpus count $corpus --output x --unclean repair", "leave out --unclean"),
    Mistake("corpus count $text --output x --split test", "--split", "leave it out"),
    Mistake("corpus count $text --output x --vocabulary $counts --fold-case", "--fold-case"),
    Mistake("corpus count $corpus --output x --vocabulary $counts", "--vocabulary"),
    Mistake("corpus count $corpus/test.npy --output x", "--vocabulary"),
    Mistake("corpus merge-counts $counts", "--output"),
    Mistake("corpus merge-counts --output x", "<inputs>"),
    Mistake("compare $run --reference $corpus --count 8 --sets 5", "8 samples", "5 sets"),
    Mistake("compare $text --reference $corpus --steps 9", "--steps", "leave it out"),
    Mistake("compare $text --reference $corpus --divergence kl", "--divergence", "leave it out"),
    Mistake("compare $text $text --reference $corpus --sets 5", "--sets", "leave it out"),
    Mistake("compare $run --reference $corpus --sets 1", "--sets 1", "at least 2"),
    Mistake("calibrate $run --reference $corpus --count 9", "--count 9", "at least 10"),
    Mistake("train $corpus --output x --width 0", "width 0"),
    Mistake("train $corpus --output x --preset huge", "huge", "paper"),
    Mistake("train $corpus --output x --batch 0", "batch is 0"),
    Mistake("train $corpus --output x --shards 33", "shards is 33", "32"),
    Mistake("train $corpus --output x --generator-rate 0", "generator rate"),
    Mistake("train $corpus --output x --penalty -1", "penalty is -1"),
    Mistake("train $corpus --output x --average-decay 1", "average decay is 1"),
    Mistake("train $corpus --output x --iterations -1", "iterations is -1"),
    Mistake("train $corpus --output x --minutes 0", "--minutes 0"),
    Mistake("train $corpus --output x --checkpoint-every 0", "--checkpoint-every 0"),
    Mistake("train $corpus --output $run --resume --width 9", "--resume", "recipe"),
    Mistake("train $corpus --output $run --resume --iterations 4", "iteration 6", "4"),
    Mistake("corpus prepare $text", "--output"),
    Mistake("corpus prepare --output x", "<inputs>"),
    Mistake("corpus prepare $text --output x --length 0", "--length 0"),
    Mistake("corpus prepare $text --output x --stride 4", "--cut windows"),
    Mistake("corpus prepare $text --output x --cut windows --stride 0", "--stride 0"),
    Mistake("corpus prepare $text --output x --vocabulary-size 2", "2", "3 to 65536"),
    Mistake(
      "corpus prepare $text --output x --vocabulary $corpus --vocabulary-size 90",
      "--vocabulary-size", "leave it out"),
    Mistake("corpus prepare $text --output x --validation 0.6 --test 0.6", "0.6"),
    Mistake("corpus prepare $text --output x --test -0.1", "-0.1"),
    Mistake("corpus prepare $text --output x --block 0", "0"),
    Mistake("corpus prepare $text --output x --unit word", "word", "grapheme"),
    Mistake("corpus synthesize newswire --count -1", "--count -1"),
    Mistake("corpus download every-word-ever", "every-word-ever", "billion-words"),
  ]

  @Test("a wrong option or value is status 64", arguments: wrongUse)
  func usage(mistake: Mistake) throws {
    try expect(mistake, 64)
    #expect(scratch.names() == [])
  }

  static let missing = [
    Mistake("generate nowhere", "nowhere", "directory"),
    Mistake("generate ./nowhere", "./nowhere"),
    Mistake("generate $text", "news.txt"),
    Mistake("generate /", "run.yml is missing"),
    Mistake("generate $corpus", "prepared corpus"),
    Mistake("refine $run --latents-in nowhere.npy", "nowhere.npy"),
    Mistake("inspect nowhere", "nowhere"),
    Mistake("inspect /", "not a run"),
    Mistake("score nowhere.txt --reference $corpus", "nowhere.txt"),
    Mistake("score . --reference $corpus", "not a prepared corpus"),
    Mistake("corpus count nowhere.txt --output x", "nowhere.txt"),
    Mistake("corpus count $text nowhere.txt --output x", "nowhere.txt"),
    Mistake("corpus count . --output x", "not a prepared corpus"),
    Mistake("corpus count $text --output x --vocabulary nowhere.tsv", "nowhere.tsv"),
    Mistake("corpus merge-counts $counts nowhere.counts --output x", "nowhere.counts"),
    Mistake("score $text --reference nowhere", "nowhere", "dgflow corpus prepare"),
    Mistake("score $text --reference $run", "it is a run"),
    Mistake("compare nowhere --reference $corpus", "nowhere"),
    Mistake("compare $run --reference $text", "news.txt"),
    Mistake("calibrate $run --reference /", "corpus.yml is missing"),
    Mistake("train nowhere --output x", "nowhere"),
    Mistake("train $run --output x", "it is a run"),
    Mistake("train $corpus --output nowhere --resume", "nowhere"),
    Mistake("train $corpus --output x --config nowhere.yml", "nowhere.yml"),
    Mistake("corpus prepare nowhere.txt --output x", "nowhere.txt"),
    Mistake("corpus prepare $text nowhere.txt --output x", "nowhere.txt"),
    Mistake("corpus prepare . --output x", "is a folder"),
    Mistake("corpus prepare $text --output x --vocabulary nowhere.tsv", "nowhere.tsv"),
    Mistake("corpus describe nowhere", "nowhere"),
    Mistake("corpus synthesize nowhere", "nowhere"),
    Mistake("corpus download billion-words --manifest nowhere.yml", "nowhere.yml"),
  ]

  @Test("a missing file or a foreign directory is status 66", arguments: missing)
  func missingInput(mistake: Mistake) throws {
    try expect(mistake, 66)
    #expect(scratch.names() == [])
  }

  static let unwritable = [
    Mistake("corpus prepare $text --output $corpus", "corpus", "remove it"),
    Mistake("corpus prepare $text --output $text", "news.txt"),
    Mistake("corpus prepare $text --output nowhere/x", "create the folder nowhere"),
    Mistake("corpus prepare $text --output /dev/null/x", "/dev/null/x"),
    Mistake("corpus count $text --output nowhere/x", "create the folder nowhere"),
    Mistake("corpus count $text --output $corpus", "a folder stands there"),
    Mistake("corpus count $text --output /dev/full", "/dev/full", "device"),
    Mistake("corpus merge-counts $counts --output nowhere/x", "create the folder nowhere"),
    Mistake("train $corpus --output $run", "exists already", "--resume"),
    Mistake("train $corpus --output $text", "exists already"),
    Mistake("train $corpus --output nowhere/x", "create the folder nowhere"),
    Mistake("refine $run --count 1 --latents-out nowhere/z.npy", "nowhere/z.npy"),
    Mistake("refine $run --count 1 --latents-out $corpus", "a folder stands there"),
    Mistake("corpus download billion-words --output nowhere/x", "nowhere/x"),
  ]

  @Test("an output that exists or cannot be written is status 73", arguments: unwritable)
  func cannotWrite(mistake: Mistake) throws {
    let before = [
      try fileBytes(workshop.run + "/run.yml"), try fileBytes(workshop.corpus + "/corpus.yml"),
    ]
    try expect(mistake, 73)
    #expect(scratch.names() == [])
    #expect(try fileBytes(workshop.run + "/run.yml") == before[0])
    #expect(try fileBytes(workshop.corpus + "/corpus.yml") == before[1])
  }

  @Test("no samples, no text and too little text are status 65")
  func tooLittle() throws {
    let (run, corpus, text) = (workshop.run, workshop.corpus, workshop.text)
    let empty = try scratch.write([], to: "empty.txt")
    let blank = try scratch.write("\n\n\n".utf8, to: "blank.txt")
    let few = try scratch.write("one line\nand two\n".utf8, to: "few.txt")
    for arguments in [["empty.txt"], ["blank.txt"], ["empty.txt", "blank.txt"]] {
      expectError(
        try dgflow(["corpus", "prepare"] + arguments + ["--output", "x"]), 65,
        "no training string")
    }
    expectError(try dgflow(["score", empty, "--reference", corpus]), 65, "no samples")
    expectError(
      try Tool.run(["score", "-", "--reference", corpus], input: ""), 65, "standard input",
      "no samples")
    expectError(try dgflow(["score", text, "--reference", empty]), 65, "empty.txt")
    expectError(try dgflow(["score", text, "--reference", blank]), 65, "blank.txt")
    for path in [empty, blank] {
      expectError(
        try dgflow(["corpus", "count", path, "--output", "x"]), 65, path, "no lines of text")
      expectError(
        try dgflow(["corpus", "count", path, "--output", "x", "--vocabulary", corpus]), 65, path,
        "no lines of text")
    }
    expectError(
      try Tool.run(["corpus", "count", "-", "--output", "x"], input: ""), 65, "standard input")
    expectError(
      try dgflow(["corpus", "merge-counts", few, "--output", "x"]), 65, few, "not a file of counts")
    #expect(scratch.names() == ["blank.txt", "empty.txt", "few.txt"])

    #expect(
      try dgflow([
        "corpus", "prepare", few, "--output", "small", "--validation", "0", "--test", "0",
      ]).status == 0)
    expectError(
      try dgflow(["train", "small", "--output", "x"]), 65, "2 training strings", "batch of 32")
    expectError(
      try dgflow(["score", text, "--reference", "small"]), 65, "no test strings", "--split")
    expectError(try dgflow(["calibrate", run, "--reference", "small"]), 65, "vocabulary")
    #expect(!scratch.names().contains("x"))
  }

  @Test("a run and a corpus with another vocabulary do not meet")
  func foreignVocabulary() throws {
    let other = try Tool.shell(
      "head -n 1500 $text | dgflow corpus prepare - --fold-case --output other",
      folder: scratch.folder)
    #expect(other.status == 0, "\(other.errors)")
    let run = try scratch.copy(workshop.run, as: "run")
    let before = try scratch.bytes("run/records.jsonl")
    expectError(
      try dgflow(["calibrate", "run", "--reference", "other"]), 65, "vocabulary", "--vocabulary")
    expectError(
      try dgflow(["train", "other", "--output", run, "--resume", "--iterations", "9"]), 65,
      "vocabulary")
    // The same vocabulary but other text: no ground for going on with the training either.
    let same = try Tool.shell(
      "head -n 1500 $text | dgflow corpus prepare - --vocabulary $corpus --output same",
      folder: scratch.folder)
    #expect(same.status == 0, "\(same.errors)")
    expectError(
      try dgflow(["train", "same", "--output", run, "--resume", "--iterations", "9"]), 65,
      "same corpus")
    #expect(try scratch.bytes("run/records.jsonl") == before)
    #expect(try dgflow(["calibrate", "run", "--reference", "same", "--count", "20"]).status == 0)
  }

  @Test("--verbose adds the chain of causes below the line")
  func causes() throws {
    try scratch.write("settings: [1, 2".utf8, to: "broken.yml")
    let arguments = ["train", workshop.corpus, "--output", "x", "--config", "broken.yml"]
    expectError(try dgflow(arguments), 65, "broken.yml", "not readable as YAML")
    let verbose = try dgflow(arguments + ["--verbose"])
    #expect(verbose.status == 65 && verbose.errors.contains("\n  because: "))
  }

  @Test("a configuration file with a misspelt or wrong value is refused by name")
  func configuration() throws {
    for (text, status, fragment) in [
      ("widht: 8", 65, "`widht`"), ("width: wide", 65, "`width`"), ("", 65, "empty"),
      ("- 1\n- 2", 65, "top level"), ("width: 0", 64, "width 0"), ("batch: 64.5", 65, "`batch`"),
    ] as [(String, Int32, String)] {
      try scratch.write(text.utf8, to: "train.yml")
      expectError(
        try dgflow(["train", workshop.corpus, "--output", "x", "--config", "train.yml"]), status,
        fragment)
    }
    #expect(scratch.names() == ["train.yml"])
  }

  private func expect(_ mistake: Mistake, _ status: Int32) throws {
    let outcome = try Tool.shell("dgflow \(mistake.command)", folder: scratch.folder)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.output == "")
    // The licence of a download is told before anything is tried.
    expectErrorLine(
      outcome, mistake.fragments, onlyLine: !mistake.command.hasPrefix("corpus download"))
    #expect(outcome.errorLines.last?.hasPrefix("dgflow: error: ") == true)
  }

  private func dgflow(_ arguments: [String]) throws -> Tool.Outcome {
    try Tool.run(arguments, folder: scratch.folder)
  }
}
