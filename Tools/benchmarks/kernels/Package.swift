// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that neither building nor testing dgflow needs the benchmark library. Its
// default traits, which replace malloc by a system library, stay off: only time is measured.
let package = Package(
  name: "kernels",
  dependencies: [
    .package(name: "dgflow", path: "../../.."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "Kernels",
      dependencies: [
        .product(name: "DGflow", package: "dgflow"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Kernels",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ],
  swiftLanguageModes: [.v6]
)
