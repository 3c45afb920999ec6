import ArgumentParser

/// `dgflow corpus`: text in, prepared corpora out.
struct CorpusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "corpus",
    abstract: "Make, download, prepare and describe text corpora.",
    subcommands: [
      CorpusSynthesizeCommand.self, CorpusDownloadCommand.self, CorpusPrepareCommand.self,
      CorpusDescribeCommand.self,
    ])
}
