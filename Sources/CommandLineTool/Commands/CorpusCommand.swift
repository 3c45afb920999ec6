import ArgumentParser

/// `dgflow corpus`: text in, prepared corpora out.
struct CorpusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "corpus",
    abstract: "Make, download, prepare, describe and count text corpora.",
    subcommands: [
      CorpusSynthesizeCommand.self, CorpusDownloadCommand.self, CorpusPrepareCommand.self,
      CorpusDescribeCommand.self, CorpusCountCommand.self, CorpusMergeCountsCommand.self,
    ])
}
