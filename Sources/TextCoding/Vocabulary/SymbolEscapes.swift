import Files

/// How symbols are spelled in vocabulary files and messages, so that each is visible and on one line.
///
/// What prints stands for itself. `\s` is a space, `\\` a backslash, `\t` a tab, `\u{301}` a scalar
/// that does not print alone, `\xE2` a byte that is not UTF-8.
enum SymbolEscapes {
  /// The symbol's spelling.
  static func escape(_ symbol: Symbol) -> String {
    guard let text = String(validating: symbol.bytes, as: UTF8.self) else {
      return symbol.bytes.map { byte in
        let digits = String(byte, radix: 16, uppercase: true)
        return "\\x" + (digits.count == 1 ? "0" : "") + digits
      }.joined()
    }
    var result = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
      switch scalar {
      case " ": result += "\\s"
      case "\\": result += "\\\\"
      case "\t": result += "\\t"
      default:
        if isPrintable(scalar.value) || (index > 0 && isMark(scalar.value)) {
          result.unicodeScalars.append(scalar)
        } else {
          result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }
      }
    }
    return result
  }

  /// The symbol that a spelling stands for; nil where it breaks the rules.
  static func unescape(_ spelling: String) -> Symbol? {
    var bytes: [UInt8] = []
    var rest = Substring(spelling).utf8
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "s"): bytes.append(0x20)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
      case UInt8(ascii: "x"):
        let digits = rest.prefix(2)
        guard digits.count == 2, let value = number(digits) else { return nil }
        bytes.append(UInt8(value))
        rest = rest.dropFirst(2)
      case UInt8(ascii: "u"):
        guard rest.popFirst() == UInt8(ascii: "{"),
          let end = rest.firstIndex(of: UInt8(ascii: "}")),
          let value = number(rest[..<end]), Unicode.Scalar(value) != nil
        else { return nil }
        appendUTF8(of: value, to: &bytes)
        rest = rest[rest.index(after: end)...]
      default: return nil
      }
    }
    return bytes.isEmpty ? nil : Symbol(bytes: bytes)
  }

  /// One to six hexadecimal digits as a number.
  private static func number(_ digits: Substring.UTF8View) -> UInt32? {
    guard (1...6).contains(digits.count) else { return nil }
    var value: UInt32 = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(digit - 0x30)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(digit - 0x37)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(digit - 0x57)
      default: return nil
      }
    }
    return value
  }
}
