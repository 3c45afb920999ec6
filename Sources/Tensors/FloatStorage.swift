/// Float32 memory, 64-byte aligned, with slack behind the last element.
///
/// `@unchecked Sendable`: the memory is written only by a value that has just checked that it holds
/// the sole reference (`isKnownUniquelyReferenced`), so a storage that two values share is read-only.
final class FloatStorage: @unchecked Sendable {
  /// Elements that exist behind `count`, zero at the start and never read into a result.
  static let slack = 64

  let base: UnsafeMutablePointer<Float>
  let count: Int

  /// Memory for `count` elements, all zero.
  init(count: Int) {
    precondition(count >= 0, "FloatStorage: count \(count) is negative")
    let capacity = count + FloatStorage.slack
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: capacity * MemoryLayout<Float>.stride, alignment: 64)
    base = raw.bindMemory(to: Float.self, capacity: capacity)
    base.initialize(repeating: 0, count: capacity)
    self.count = count
  }

  /// A copy of another storage.
  init(copying other: FloatStorage) {
    let capacity = other.count + FloatStorage.slack
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: capacity * MemoryLayout<Float>.stride, alignment: 64)
    base = raw.bindMemory(to: Float.self, capacity: capacity)
    base.initialize(from: other.base, count: capacity)
    count = other.count
  }

  deinit {
    base.deallocate()
  }

  var elements: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: base, count: count) }

  var mutableElements: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }
}
