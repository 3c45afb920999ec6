import Foundation
import Testing

@testable import Files

@Suite struct PythonAgreementTests {
  @Test(
    "NumPy and safetensors read what we write",
    .enabled(if: Python.hasPackages, "python3 lacks NumPy or safetensors"))
  func pythonReadsOurs() throws {
    let folder = try TemporaryFolder()
    try NumPyWriter.write(
      [1, 2, 3, 65_535, 5, 6] as [UInt16], columns: 3, path: folder.file("a.npy"))
    try NumPyWriter.write([0.5, -0.25] as [Float], columns: 1, path: folder.file("b.npy"))
    try NumPyWriter.write([] as [UInt32], columns: 4, path: folder.file("c.npy"))
    var writer = SafetensorsWriter(metadata: ["note": "quotes \" \\ \n \u{1} ë 𝔊"])
    writer.add("blocks.0.weight", shape: [2, 1, 2], floats: [1, -2, 0.5, 7])
    writer.add("scalar", shape: [], floats: [3])
    writer.add("empty ë", shape: [0, 5], floats: [])
    writer.add("step", unsignedIntegers: [1 << 63])
    writer.add("delta", integers: [-5, 5])
    try writer.write(to: folder.file("w.safetensors"))
    let expected = GoldenFiles(
      npy: [
        "a.npy": .init(dtype: "<u2", shape: [2, 3], values: [1, 2, 3, 65_535, 5, 6]),
        "b.npy": .init(dtype: "<f4", shape: [2, 1], values: [0.5, -0.25]),
        "c.npy": .init(dtype: "<u4", shape: [0, 4], values: []),
      ],
      refused: nil,
      safetensors: [
        "w.safetensors": .init(
          metadata: ["note": "quotes \" \\ \n \u{1} ë 𝔊"],
          arrays: [
            "blocks.0.weight": .init(dtype: "<f4", shape: [2, 1, 2], values: [1, -2, 0.5, 7]),
            "scalar": .init(dtype: "<f4", shape: [], values: [3]),
            "empty ë": .init(dtype: "<f4", shape: [0, 5], values: []),
            "step": .init(dtype: "<u8", shape: [1], values: [0x1p63]),
            "delta": .init(dtype: "<i8", shape: [2], values: [-5, 5]),
          ])
      ])
    try folder.put(try JSONEncoder().encode(expected), "expected.json")
    let outcome = try ChildProcess.run("python3", [Python.script, "--check", folder.path])
    #expect(outcome.status == 0, "\(outcome.standardError)")
    #expect(
      String(decoding: outcome.standardOutput, as: UTF8.self)
        == "3 .npy and 1 safetensors files agree\n")
  }
}
