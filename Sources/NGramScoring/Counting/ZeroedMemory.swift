// Memory of tables that are visited at random.

import Glibc

/// Zeroed pages, in large ones where the system has them: a table visited at random then misses the
/// processor's table of pages less often.
final class ZeroedMemory {
  /// The first byte.
  let base: UnsafeMutableRawPointer
  /// Number of bytes.
  let size: Int

  /// - Parameter size: bytes, at least 1.
  init(size: Int) {
    let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else {
      fatalError("ZeroedMemory: the system has no \(size) bytes of memory left")
    }
    madvise(memory, size, MADV_HUGEPAGE)
    base = memory
    self.size = size
  }

  deinit { munmap(base, size) }
}
