import Glibc

extension Cores {
  /// The processors that the scheduler lets this process use.
  static var permittedProcessors: Int {
    let label = "Cpus_allowed_list:"
    if let status = smallFile("/proc/self/status"),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix(label) }),
      let count = processors(inList: String(line.dropFirst(label.count)))
    {
      return count
    }
    return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// Counts a list such as `0-3,8`; nil when it is no such list or empty.
  static func processors(inList text: String) -> Int? {
    var count = 0
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-").map { word in
        Int(String(word.filter { !$0.isWhitespace }))
      }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
        first <= last
      else { return nil }
      count += last - first + 1
    }
    return count > 0 ? count : nil
  }

  /// The processor time that the control group grants, in whole processors, or nil without a limit.
  static var quotaProcessors: Int? {
    guard let text = smallFile("/sys/fs/cgroup/cpu.max") else { return nil }
    return quotaProcessors(text)
  }

  /// Reads `QUOTA PERIOD` or `max PERIOD`, rounding up to whole processors.
  static func quotaProcessors(_ text: String) -> Int? {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]), quota > 0,
      period > 0
    else { return nil }
    return max(1, (quota - 1) / period + 1)
  }

  private static func smallFile(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
