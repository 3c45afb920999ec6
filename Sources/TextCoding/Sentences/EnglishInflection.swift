/// Regular English inflection, with irregular forms given in the word itself.
///
/// A word is written `base`, or with its forms after slashes: a noun `man/men`; a verb
/// `base/past`, `base/past/participle` (`stop/stopped`, `take/took/taken`). Everything else follows
/// from spelling: -s, -es after a sibilant or consonant + o, y → ies, silent e, ie → ying, and the
/// last consonant doubled in words of one short syllable (`ban`, `win`). Longer words that double
/// it give their past (`admit/admitted`), from which the gerund takes it over.
enum EnglishInflection {
  /// The form of a word with its irregular forms, the base when `form` is nil.
  static func inflect(_ word: String, _ form: WordForm?) -> String {
    let parts = word.split(separator: "/").map(String.init)
    guard let base = parts.first else { return word }
    switch form {
    case nil: return base
    case .upper: return base.uppercased()
    case .plural: return parts.count > 1 ? parts[1] : addingS(base)
    case .third: return addingS(base)
    case .past: return parts.count > 1 ? parts[1] : addingED(base)
    case .participle: return parts.count > 1 ? parts[parts.count - 1] : addingED(base)
    case .gerund: return addingING(base, past: parts.count > 1 ? parts[1] : nil)
    }
  }

  private static func isVowel(_ character: Character) -> Bool { "aeiou".contains(character) }

  /// Whether the word ends in a consonant and then `letter`.
  private static func endsInConsonant(_ word: String, and letter: Character) -> Bool {
    guard word.last == letter, let before = word.dropLast().last else { return false }
    return before.isASCIILowercase && !isVowel(before)
  }

  private static func addingS(_ word: String) -> String {
    if endsInConsonant(word, and: "y") { return word.dropLast() + "ies" }
    let sibilants = ["s", "x", "z", "ch", "sh"]
    let takesE = sibilants.contains(where: word.hasSuffix) || endsInConsonant(word, and: "o")
    return word + (takesE ? "es" : "s")
  }

  private static func addingED(_ word: String) -> String {
    if endsInConsonant(word, and: "y") { return word.dropLast() + "ied" }
    return doubled(word) + (word.hasSuffix("e") ? "d" : "ed")
  }

  private static func addingING(_ word: String, past: String?) -> String {
    if word.hasSuffix("ie") { return word.dropLast(2) + "ying" }
    if let past, past.count == word.count + 3, past.hasPrefix(word), past.hasSuffix("ed") {
      return past.dropLast(2) + "ing"
    }
    let keepsE = ["ee", "oe", "ye"].contains(where: word.hasSuffix) || word.count == 2
    return (word.hasSuffix("e") && !keepsE ? String(word.dropLast()) : doubled(word)) + "ing"
  }

  /// The word with its last letter doubled when it is a short syllable of consonants, one vowel
  /// and one consonant other than w, x, y.
  private static func doubled(_ word: String) -> String {
    let letters = Array(word)
    guard letters.count >= 3, let last = letters.last, !isVowel(last), !"wxy".contains(last),
      last.isASCIILowercase, isVowel(letters[letters.count - 2]),
      letters.dropLast(2).allSatisfy({ !isVowel($0) && $0 != "y" })
    else { return word }
    return word + String(last)
  }
}
