/// The version of dgflow, written into everything that it makes.
public enum Version {
  /// Semantic version of this build; CHANGELOG.md has an entry for it.
  public static let current = "0.1.0"
}
