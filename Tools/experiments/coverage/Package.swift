// swift-tools-version: 6.1
import PackageDescription

// Sources/Coverage/Shared holds links to the files of the library and its tests that are measured:
// the program needs neither the rest of the library nor its public interface.
let package = Package(
  name: "coverage",
  targets: [.executableTarget(name: "Coverage", path: "Sources/Coverage")],
  swiftLanguageModes: [.v6]
)
