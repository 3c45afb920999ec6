import Glibc

/// The resident memory of this process, as the kernel keeps it.
enum ResidentMemory {
  /// The most bytes held since the start or the last ``resetPeak()``; nil where the kernel does not tell.
  static var peak: Int? {
    guard let file = fopen("/proc/self/status", "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    while fgets(&line, Int32(line.count), file) != nil {
      let words = String(
        decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self
      )
      .split(whereSeparator: \.isWhitespace)
      guard words.count >= 2, words[0] == "VmHWM:" else { continue }
      return Int(words[1]).map { $0 * 1024 }
    }
    return nil
  }

  /// Lets the peak begin anew at what is held now, where the kernel permits it.
  static func resetPeak() {
    guard let file = fopen("/proc/self/clear_refs", "we") else { return }
    fputs("5", file)
    fclose(file)
  }
}
