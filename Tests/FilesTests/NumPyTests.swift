import Foundation
import Testing

@testable import Files

@Suite struct NumPyTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  /// Opens a file whatever element type it holds; returns shape and elements.
  private func open(_ path: String, _ type: String) throws -> (shape: [Int], values: [Double]) {
    func read<Element: NumPyElement>(
      _: Element.Type, _ convert: (Element) -> Double
    ) throws -> (shape: [Int], values: [Double]) {
      let matrix = try NumPyMatrix<Element>(contentsOf: path)
      return ([matrix.rows, matrix.columns], matrix.elements.map(convert))
    }
    switch type {
    case "<u2": return try read(UInt16.self) { Double($0) }
    case "<u4": return try read(UInt32.self) { Double($0) }
    case "<u8": return try read(UInt64.self) { Double($0) }
    default: return try read(Float.self) { Double($0) }
    }
  }

  @Test("files that NumPy wrote are read, in all header versions")
  func readsGolden() throws {
    let golden = try GoldenFiles.load()
    #expect(golden.npy.count == 7)
    for (name, array) in golden.npy {
      let found = try open(fixture(name), array.dtype)
      #expect(found.shape == array.shape, "\(name)")
      #expect(found.values.count == array.values.count, "\(name)")
      for (value, expected) in zip(found.values, array.values) {
        #expect(abs(value - expected) <= 1e-12 * abs(expected), "\(name)")
      }
    }
  }

  @Test(
    "files of another kind are refused with what was found and what is expected",
    arguments: [
      ("fortran.npy", "Fortran order"), ("big_endian.npy", ">u2; expected <u2"),
      ("wide.npy", "<i8; expected <u2"), ("doubles.npy", "<f8; expected <u2"),
      ("one_axis.npy", "[12]; expected [rows, columns]"),
      ("three_axes.npy", "[3, 2, 2]; expected [rows, columns]"),
      ("records.npy", "declares records"), ("weights.safetensors", "not a .npy file"),
      ("latents.npy", "<f4; expected <u2"),
    ])
  func refuses(name: String, part: String) {
    expectFailure(.badData, fixture(name), part) {
      _ = try NumPyMatrix<UInt16>(contentsOf: fixture(name))
    }
  }

  @Test("what is written is read back, aligned to 64 bytes", arguments: [0, 1, 2, 1000])
  func roundTrip(rows: Int) throws {
    let path = folder.file("a.npy")
    let values = (0..<rows * 3).map { Float($0) / 7 }
    try NumPyWriter.write(values, columns: 3, path: path)
    let matrix = try NumPyMatrix<Float>(contentsOf: path)
    #expect(matrix.rows == rows)
    #expect(matrix.columns == 3)
    #expect(matrix.elements == values)
    #expect(matrix.path == path)
    for row in 0..<rows { #expect(matrix.row(row) == Array(values[3 * row..<3 * row + 3])) }
    matrix.withUnsafeElements { #expect(UInt(bitPattern: $0.baseAddress) % 64 == 0) }
    #expect(folder.names == ["a.npy"])
  }

  @Test("rows may come in pieces, and abandoning leaves nothing")
  func pieces() throws {
    let writer = try NumPyWriter<UInt16>(path: folder.file("a.npy"), columns: 2)
    try writer.append([1, 2])
    try writer.append([])
    try writer.append([3, 4, 5, 6])
    #expect(writer.rows == 3)
    try writer.commit()
    #expect(
      try NumPyMatrix<UInt16>(contentsOf: folder.file("a.npy")).elements == [1, 2, 3, 4, 5, 6])
    do { try NumPyWriter<UInt16>(path: folder.file("b.npy"), columns: 2).append([1, 2]) }
    let cancelled = try NumPyWriter<UInt32>(path: folder.file("c.npy"), columns: 2)
    cancelled.cancel()
    #expect(folder.names == ["a.npy"])
  }

  @Test("a full disk leaves nothing", arguments: [0, 127, 128, 130])
  func fullDisk(limit: Int) {
    expectFailure(.cannotWrite, folder.file("a.npy")) {
      let writer = try NumPyWriter<UInt16>(path: folder.file("a.npy"), columns: 2) {
        try FailingSink($0, limit: limit)
      }
      try writer.append([1, 2])
      try writer.commit()
    }
    #expect(folder.names.isEmpty)
  }

  @Test("a file cut at any length is refused")
  func truncated() throws {
    let whole = try contents(fixture("tokens.npy"))
    for length in 0..<whole.count {
      let path = try folder.put(whole[..<length], "cut.npy")
      expectFailure(.badData, path) { _ = try NumPyMatrix<UInt16>(contentsOf: path) }
    }
  }

  @Test("a file with trailing bytes is refused", arguments: [1, 2, 8])
  func trailing(count: Int) throws {
    let whole = try contents(fixture("tokens.npy"))
    let path = try folder.put(whole + [UInt8](repeating: 0, count: count), "long.npy")
    expectFailure(.badData, path, "holds \(24 + count) bytes", "needs 24") {
      _ = try NumPyMatrix<UInt16>(contentsOf: path)
    }
  }

  @Test("any single changed byte of the header is refused or changes nothing")
  func changedHeader() throws {
    let whole = try contents(fixture("tokens.npy"))
    let expected = try whole.withUnsafeBytes { try NumPyHeader($0, path: "tokens.npy") }
    for position in 0..<128 {
      for byte in UInt8.min...UInt8.max {
        var changed = whole
        changed[position] = byte
        do {
          let header = try changed.withUnsafeBytes { try NumPyHeader($0, path: "changed.npy") }
          let isSame =
            header.description == expected.description && header.shape == expected.shape
            && header.dataOffset == expected.dataOffset && !header.isFortranOrder
          if isSame { continue }
          let path = try folder.put(changed, "changed.npy")
          expectFailure(.badData, path) { _ = try NumPyMatrix<UInt16>(contentsOf: path) }
        } catch let failure as Failure {
          #expect(failure.kind == .badData)
        }
      }
    }
  }

  @Test(
    "odd headers are refused",
    arguments: [
      ("{'descr': '<u2', 'fortran_order': False, 'shape': (4611686018427387904, 4)}", "memory"),
      ("{'descr': '<u2', 'fortran_order': False, 'shape': (9223372036854775807, 1)}", "memory"),
      ("{'descr': '<u2', 'fortran_order': False, 'shape': (92233720368547758070, 1)}", "too large"),
      ("{'descr': '<u2', 'fortran_order': False, 'shape': (-1, 4)}", "not a tuple of counts"),
      ("{'descr': '<u2', 'fortran_order': False, 'shape': (5, 0)}", "columns ≥ 1"),
      ("{'descr': '<u2', 'fortran_order': False, 'shape': ()}", "[rows, columns]"),
      ("{'descr': '<u2', 'fortran_order': False}", "without 'shape'"),
      ("{'descr': '<u2', 'fortran_order': 0, 'shape': (1, 2)}", "no string, Boolean or tuple"),
      ("{'descr': '<u2', 'fortran_order': 'no', 'shape': (1, 2)}", "odd header"),
      ("{'descr': '<u2', 'descr': '<u2', 'fortran_order': False, 'shape': (1, 2)}", "twice"),
      ("{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2), 'x': True}", "odd header"),
      ("{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2)} {}", "goes on"),
      ("{'descr': '<u2, 'fortran_order': False, 'shape': (1, 2)}", "lacks"),
      ("{'descr': '<u2", "without an end"), ("", "lacks '{'"), ("{", "lacks"),
      ("{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2", "lacks ')'"),
      ("{'descr': '|O', 'fortran_order': False, 'shape': (1, 2)}", "|O; expected <u2"),
      ("{'descr': 'ë', 'fortran_order': False, 'shape': (1, 2)}", "not ASCII"),
    ])
  func oddHeaders(text: String, part: String) throws {
    let bytes = NumPyHeader.magic + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
    let path = try folder.put(bytes + [1, 0, 2, 0], "odd.npy")
    expectFailure(.badData, path, part) { _ = try NumPyMatrix<UInt16>(contentsOf: path) }
  }

  @Test("a header of absurd length, a new version and unaligned elements are refused")
  func absurdHeaders() throws {
    let long = try folder.put(NumPyHeader.magic + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF], "long.npy")
    expectFailure(.badData, "4294967295", "10000") {
      _ = try NumPyMatrix<UInt16>(contentsOf: long)
    }
    let new = try folder.put(NumPyHeader.magic + [9, 1, 0, 0], "new.npy")
    expectFailure(.badData, "version 9.1") { _ = try NumPyMatrix<UInt16>(contentsOf: new) }
    var text = Array("{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2)}".utf8)
    if text.count.isMultiple(of: 2) { text.append(0x20) }
    let odd = NumPyHeader.magic + [1, 0, UInt8(text.count), 0] + text + [1, 0, 2, 0]
    let path = try folder.put(odd, "odd.npy")
    expectFailure(.badData, "no multiple of 2") { _ = try NumPyMatrix<UInt16>(contentsOf: path) }
  }
}
