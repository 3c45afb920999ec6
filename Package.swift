// swift-tools-version: 6.1
import PackageDescription

// The floors of the house, lowest first. A module imports only what stands below it; `Files` and
// `Determinism` may be imported by every floor from 1 up. Each module's landing page says why.

let dependencies: [Package.Dependency] = [
  .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
  .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
  .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
]

let floor0: [Target] = [
  .systemLibrary(name: "CUTF8Proc"),
  .systemLibrary(name: "CInstructions"),
  .target(name: "CKernels"),
  .target(name: "Files"),
  .target(name: "Determinism"),
]

let floor1: [Target] = [
  .target(
    name: "TextCoding", dependencies: ["CUTF8Proc", "CInstructions", "Files", "Determinism"]),
  .target(name: "Tensors", dependencies: ["CKernels", "Files", "Determinism"]),
]

let floor2: [Target] = [
  .target(
    name: "NGramScoring", dependencies: ["CInstructions", "TextCoding", "Files", "Determinism"]),
  .target(name: "Refinement", dependencies: ["Tensors", "Files", "Determinism"]),
  .target(name: "NeuralNetworks", dependencies: ["Tensors", "Files", "Determinism"]),
]

let floor3: [Target] = [
  .target(
    name: "GenerativeModels",
    dependencies: ["NeuralNetworks", "Tensors", "Files", "Determinism"])
]

let floor4: [Target] = [
  .target(
    name: "Runs",
    dependencies: [
      "GenerativeModels", "NeuralNetworks", "Refinement", "NGramScoring", "TextCoding", "Tensors",
      "Files", "Determinism", .product(name: "Yams", package: "Yams"),
    ])
]

let floor5: [Target] = [
  .target(
    name: "Experiments",
    dependencies: [
      "Runs", "GenerativeModels", "NeuralNetworks", "Refinement", "NGramScoring", "TextCoding",
      "Tensors", "Files", "Determinism",
    ])
]

let floor6: [Target] = [
  .target(
    name: "Reporting",
    dependencies: [
      "Experiments", "Runs", "GenerativeModels", "NGramScoring", "Refinement", "Files",
    ])
]

let floor7: [Target] = [
  .target(
    name: "CommandLineTool",
    dependencies: [
      "Reporting", "Experiments", "Runs", "GenerativeModels", "NeuralNetworks", "Refinement",
      "NGramScoring", "TextCoding", "Tensors", "Files", "Determinism",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
      .product(name: "Logging", package: "swift-log"),
    ])
]

let floor8: [Target] = [
  .executableTarget(name: "DGflowMain", dependencies: ["CommandLineTool"]),
  .target(
    name: "DGflow",
    dependencies: [
      "Experiments", "Runs", "GenerativeModels", "NeuralNetworks", "Refinement", "NGramScoring",
      "TextCoding", "Tensors", "Files", "Determinism",
    ]),
]

let tests: [Target] = [
  .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
  .testTarget(name: "FilesTests", dependencies: ["Files"], exclude: ["Fixtures"]),
  .testTarget(name: "DeterminismTests", dependencies: ["Determinism"], exclude: ["Fixtures"]),
  .testTarget(
    name: "TextCodingTests", dependencies: ["TextCoding", "Files", "Determinism"],
    exclude: ["Fixtures"]),
  .testTarget(
    name: "TensorsTests", dependencies: ["Tensors", "CKernels"], exclude: ["Fixtures"]),
  .testTarget(
    name: "NGramScoringTests",
    dependencies: ["NGramScoring", "TextCoding", "Files", "Determinism"],
    exclude: ["Fixtures"]),
  .testTarget(
    name: "RefinementTests", dependencies: ["Refinement", "Tensors", "Files", "Determinism"],
    exclude: ["Fixtures"]),
  .testTarget(
    name: "NeuralNetworksTests",
    dependencies: ["NeuralNetworks", "Tensors", "Files", "Determinism"], exclude: ["Fixtures"]),
  .testTarget(
    name: "GenerativeModelsTests",
    dependencies: [
      "GenerativeModels", "NeuralNetworks", "Tensors", "Files", "Determinism", "CAllocationCount",
    ],
    exclude: ["Fixtures"]),
  .testTarget(
    name: "RunsTests",
    dependencies: [
      "Runs", "GenerativeModels", "NeuralNetworks", "Refinement", "TextCoding", "Tensors", "Files",
      "Determinism",
    ],
    exclude: ["Fixtures"]),
  .testTarget(
    name: "ExperimentsTests",
    dependencies: [
      "Experiments", "Runs", "GenerativeModels", "NeuralNetworks", "Refinement", "NGramScoring",
      "TextCoding", "Tensors", "Files", "Determinism",
    ]),
  .testTarget(
    name: "ReportingTests",
    dependencies: [
      "Reporting", "Experiments", "Runs", "Refinement", "NGramScoring", "TextCoding", "Files",
    ]),
  .testTarget(name: "LibraryUseTests", dependencies: ["DGflow"]),
  .testTarget(name: "EndToEndTests", exclude: ["Fixtures"]),
]

let package = Package(
  name: "dgflow",
  products: [
    .executable(name: "dgflow", targets: ["DGflowMain"]),
    .library(name: "DGflow", targets: ["DGflow"]),
  ],
  dependencies: dependencies,
  targets: floor0 + floor1 + floor2 + floor3 + floor4 + floor5 + floor6 + floor7 + floor8 + tests,
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
