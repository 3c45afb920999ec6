// What happens to a line before it is divided into symbols: the Unicode normalisation form, case
// folding, and what control characters become. The work itself is in `NormalisingPass`.

/// How text is brought into one spelling before it is divided into symbols.
///
/// A vocabulary carries its normalisation, so that text meets the same rules when it is encoded as
/// when the symbols were counted. In order:
///
/// 1. *Control characters and line separators* (U+0000–U+001F, U+007F–U+009F, U+2028, U+2029) are
///    never symbols: each run of them becomes one space, or is refused (``controls``).
/// 2. The Unicode normalisation form (``form``).
/// 3. Full case folding (``foldsCase``), after which the form is applied once more.
///
/// Normalising is idempotent, and without case folding a substring of normalised text is
/// normalised. With the unit ``SymbolUnit/byte`` steps 2 and 3 are skipped: bytes stay as they are.
///
/// Source: Unicode Standard Annex #15; the tables are those of utf8proc.
public struct TextNormalisation: Codable, Hashable, Sendable {
  /// A Unicode normalisation form.
  public enum Form: String, Codable, CaseIterable, Sendable {
    /// Canonical composition: `e` and a combining acute become `é`. The default.
    case nfc
    /// Compatibility composition: also `ﬁ` becomes `fi`, `①` becomes `1`; loses formatting.
    case nfkc
    /// Scalars as they stand in the file.
    case none
  }

  /// What becomes of control characters and line separators inside a line.
  public enum ControlPolicy: String, Codable, CaseIterable, Sendable {
    /// Each run becomes one space (U+0020). The default.
    case replace
    /// The line is refused; the error names the character and its byte.
    case reject
  }

  /// The normalisation form.
  public var form: Form
  /// Whether upper and lower case become one, by full case folding (`ß` becomes `ss`).
  public var foldsCase: Bool
  /// What becomes of control characters.
  public var controls: ControlPolicy

  /// Creates a normalisation; the defaults (NFC, case kept, controls replaced) are chosen here:
  /// the published character vocabularies keep case and distinguish what canonically equal text
  /// must not.
  public init(
    form: Form = .nfc, foldsCase: Bool = false, controls: ControlPolicy = .replace
  ) {
    self.form = form
    self.foldsCase = foldsCase
    self.controls = controls
  }

  /// NFC, case kept, control characters replaced by a space.
  public static let standard = TextNormalisation()

  /// Normalises one line of text.
  ///
  /// - Throws: `Failure` of kind `badData` where ``controls`` is `.reject` and the text holds a
  ///   control character or line separator.
  public func normalise(_ text: String) throws -> String {
    var pass = NormalisingPass(self)
    var copy = text
    return try copy.withUTF8 { bytes in
      do throws(ControlCharacter) {
        _ = try pass.run(bytes, limit: .max)
      } catch {
        throw error.failure(in: "text")
      }
      var result: [UInt8] = []
      result.reserveCapacity(bytes.count)
      for scalar in pass.scalars { appendUTF8(of: scalar, to: &result) }
      return String(decoding: result, as: UTF8.self)
    }
  }
}
