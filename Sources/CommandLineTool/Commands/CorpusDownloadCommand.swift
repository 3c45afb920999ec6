import ArgumentParser
import Files
import Reporting
import Runs

/// `dgflow corpus download NAME`: a public corpus, resumed and checked.
struct CorpusDownloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "download",
    abstract: "Download a public corpus; resumes where it broke off, checks size and SHA-256.",
    usage: "dgflow corpus download [<options>] <name>",
    discussion: """
      Known corpora stand in manifest.yml of the data folder. The archive is kept as it is; \
      unpack it with tar and give the text files to `dgflow corpus prepare`.

        dgflow corpus download billion-words
      """)

  @Argument(help: "Name in the manifest, such as billion-words.")
  var name: String

  @Option(name: .long, help: "Where to put it (default: the archive's own name, here).")
  var output: String?

  @Option(name: .long, help: "Another manifest (default: the one that comes with dgflow).")
  var manifest: String?

  @OptionGroup var talkOptions: TalkOptions

  func run() throws {
    Interruption.isNoted = true
    let talk = talkOptions.talk
    let manifest = try CorpusManifest(
      contentsOf: try self.manifest ?? Environment.data.manifest())
    let entry = try manifest.entry(named: name)
    let path = output ?? entry.address.split(separator: "/").last.map(String.init) ?? entry.name
    let download = try Download(
      address: entry.address, size: entry.bytes, sha256: entry.sha256, to: path)
    talk.say("\(entry.title): \(Figures.bytes(entry.bytes)). Licence: \(entry.licence)")
    var progress = ProgressMeter("download", unit: "bytes", talk: talk)
    try download.run { bytes in
      if Interruption.isRequested {
        throw Failure(
          .interrupted, "stopped at \(bytes) of \(entry.bytes) bytes; run it again to go on")
      }
      let share = Double(bytes) / Double(entry.bytes) * 100
      progress.update(
        text: "download: \(Figures.bytes(bytes)) of \(Figures.bytes(entry.bytes)), "
          + "\(Figures.fixed(share, 1)) %")
    }
    progress.finish()
    talk.say("\(path): size and SHA-256 are right")
  }
}
