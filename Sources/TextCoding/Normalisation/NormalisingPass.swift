// One pass over the UTF-8 of a line that yields its normalised scalars. Runs of printable ASCII and
// of inert scalars are copied; only what lies between them goes to utf8proc.

/// Normalises lines, one after the other, into scratch memory that is used again.
struct NormalisingPass {
  let normalisation: TextNormalisation
  /// The normalised scalars of the latest line.
  private(set) var scalars: [UInt32] = []
  /// Whether they are all printable ASCII.
  private(set) var isASCII = true

  private let inert: InertScalars
  private var form: UnicodeForm
  private var segment: [UInt32] = []

  init(_ normalisation: TextNormalisation) {
    self.normalisation = normalisation
    inert = InertScalars(normalisation)
    form = UnicodeForm(normalisation)
  }

  /// Normalises a line, or so much of it that its first `limit` scalars are known.
  ///
  /// Invalid UTF-8 reads as U+FFFD.
  ///
  /// - Returns: whether the whole line was read. If not, more than `limit` scalars are there, of
  ///   which the first `limit` are those of the whole line's normalised form.
  mutating func run(
    _ bytes: UnsafeBufferPointer<UInt8>, limit: Int
  ) throws(ControlCharacter) -> Bool {
    scalars.removeAll(keepingCapacity: true)
    isASCII = true
    var index = 0
    var followsControl = false
    while index < bytes.count {
      if scalars.count > limit { return false }
      let room = bytes.count - index
      let most = limit < room ? min(room, limit - scalars.count + 1) : room
      let runEnd = endOfPrintableASCII(bytes, from: index, to: index + most)
      if runEnd > index {
        copyASCII(bytes, index..<runEnd)
        index = runEnd
        followsControl = false
        continue
      }
      let (decoded, length) = decodeScalar(bytes, at: index)
      let scalar = decoded ?? replacementScalar
      if isControl(scalar) {
        guard normalisation.controls == .replace else {
          throw ControlCharacter(scalar: scalar, offset: index)
        }
        if !followsControl { scalars.append(0x20) }
        followsControl = true
        index += length
        continue
      }
      followsControl = false
      isASCII = false
      if inert.contains(scalar) {
        scalars.append(scalar)
        index += length
      } else {
        index = normaliseSegment(bytes, from: index)
      }
    }
    return true
  }

  /// Appends printable ASCII, folded to lower case where that is asked for.
  @inline(__always)
  private mutating func copyASCII(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    let start = scalars.count
    let folds = normalisation.foldsCase
    scalars.append(contentsOf: repeatElement(0, count: range.count))
    scalars.withUnsafeMutableBufferPointer { scalars in
      for offset in 0..<range.count {
        scalars[start + offset] = UInt32(bytes[range.lowerBound + offset])
      }
      guard folds else { return }
      for index in start..<scalars.count where scalars[index] &- 0x41 < 26 {
        scalars[index] |= 0x20
      }
    }
  }

  /// Normalises from the last scalar written, with which what follows may compose, up to the next
  /// inert scalar or control character; returns where that stands.
  private mutating func normaliseSegment(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int {
    segment.removeAll(keepingCapacity: true)
    if let last = scalars.popLast() { segment.append(last) }
    var index = start
    while index < bytes.count {
      let (decoded, length) = decodeScalar(bytes, at: index)
      let scalar = decoded ?? replacementScalar
      if scalar < 0x80 || isControl(scalar) || inert.contains(scalar) { break }
      segment.append(scalar)
      index += length
    }
    form.append(segment, to: &scalars)
    return index
  }
}
