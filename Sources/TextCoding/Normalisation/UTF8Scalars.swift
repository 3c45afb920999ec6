// Reading and writing UTF-8, scalar by scalar, over raw buffers.

import CInstructions

/// U+FFFD, which stands for what could not be read: invalid UTF-8, NUL, an unknown symbol.
let replacementScalar: UInt32 = 0xFFFD

/// One step of decoding: the scalar, or nil where the bytes are not UTF-8, and how many bytes it took.
///
/// An invalid sequence takes its maximal subpart, as Unicode recommends (section 3.9, table 3-7), so
/// that `E2 82 41` yields one replacement and `A`.
@inline(__always)
func decodeScalar(
  _ bytes: UnsafeBufferPointer<UInt8>, at index: Int
) -> (scalar: UInt32?, length: Int) {
  let first = UInt32(bytes[index])
  if first < 0x80 { return (first, 1) }
  let remaining = bytes.count - index
  var scalar: UInt32
  var needed: Int
  var lower: UInt8 = 0x80
  var upper: UInt8 = 0xBF
  switch first {
  case 0xC2...0xDF:
    scalar = first & 0x1F
    needed = 1
  case 0xE0...0xEF:
    scalar = first & 0x0F
    needed = 2
    if first == 0xE0 { lower = 0xA0 }
    if first == 0xED { upper = 0x9F }
  case 0xF0...0xF4:
    scalar = first & 0x07
    needed = 3
    if first == 0xF0 { lower = 0x90 }
    if first == 0xF4 { upper = 0x8F }
  default:
    return (nil, 1)
  }
  var length = 1
  while needed > 0 {
    guard length < remaining else { return (nil, length) }
    let byte = bytes[index + length]
    guard byte >= lower && byte <= upper else { return (nil, length) }
    lower = 0x80
    upper = 0xBF
    scalar = scalar << 6 | UInt32(byte & 0x3F)
    length += 1
    needed -= 1
  }
  return (scalar, length)
}

/// The index of the first byte from `start` on that ends a line (LF, CR), is NUL or does not belong
/// to valid UTF-8; the number of bytes where there is none.
func endOfValidText(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
  let count = bytes.count
  var index = start
  while index < count {
    let byte = bytes[index]
    if byte < 0x80 {
      if byte == 0x0A || byte == 0x0D || byte == 0 { return index }
      index += 1
    } else if byte >= 0xC2, byte <= 0xDF, index + 1 < count, bytes[index + 1] & 0xC0 == 0x80 {
      index += 2
    } else if byte >= 0xE1, byte <= 0xEC, index + 2 < count,
      bytes[index + 1] & 0xC0 == 0x80, bytes[index + 2] & 0xC0 == 0x80
    {
      index += 3
    } else {
      let (scalar, length) = decodeScalar(bytes, at: index)
      if scalar == nil { return index }
      index += length
    }
  }
  return index
}

/// Hands out the UTF-8 bytes of a scalar.
@inline(__always)
func forEachUTF8(of scalar: UInt32, _ body: (UInt8) -> Void) {
  if scalar < 0x80 {
    body(UInt8(truncatingIfNeeded: scalar))
  } else if scalar < 0x800 {
    body(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
    body(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
  } else if scalar < 0x10000 {
    body(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
    body(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
    body(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
  } else {
    body(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
    body(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F))
    body(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
    body(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
  }
}

/// Appends the UTF-8 bytes of a scalar.
@inline(__always)
func appendUTF8(of scalar: UInt32, to bytes: inout [UInt8]) {
  forEachUTF8(of: scalar) { bytes.append($0) }
}

/// The end of the run of printable ASCII (0x20–0x7E) that begins at `start`, at most `end`.
///
/// Looks at sixteen bytes at a time.
@inline(__always)
func endOfPrintableASCII(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int {
  var index = start
  if let base = bytes.baseAddress {
    while index + 16 <= end {
      let count = Int(countOfPrintableASCII(base + index))
      index += count
      if count < 16 { return index }
    }
  }
  while index < end, bytes[index] >= 0x20, bytes[index] < 0x7F { index += 1 }
  return index
}
