import CKernels

/// The closed list of backend operations; today one backend, the CPU.
///
/// Every operation runs on the calling thread, writes its result into an existing value of the right
/// shape (a wrong shape is a precondition failure that names both), and allocates nothing when the
/// result is not shared and the ``Workspace`` has grown. A sample's result depends on that sample
/// and the instruction set only: bit-identical in every batch size and on every thread. Weight
/// gradients sum over the samples in storage order.
public enum Operations {
  /// The instruction set in use on this thread: `avx512`, `avx2`, `neon` or `baseline`.
  public static var instructionSet: String { String(cString: dgflow_instruction_set()) }

  /// The instruction sets that this machine can run, the fastest first.
  public static var availableInstructionSets: [String] {
    (0..<dgflow_instruction_set_count()).map {
      String(cString: dgflow_instruction_set_name($0))
    }
  }

  /// Runs `body` with another instruction set on this thread: for tests and benchmarks.
  ///
  /// - Parameter name: one of ``availableInstructionSets``; another one is a precondition failure.
  public static func forcing<R>(
    instructionSet name: String, _ body: () throws -> R
  ) rethrows -> R {
    guard let index = availableInstructionSets.firstIndex(of: name) else {
      preconditionFailure(
        "Operations.forcing: \(name) is not among \(availableInstructionSets)")
    }
    let previous = dgflow_force_instruction_set(Int32(index))
    defer { _ = dgflow_force_instruction_set(previous) }
    return try body()
  }

  /// Runs `body` with denormal numbers read and written as zero on this thread, then restores the mode.
  ///
  /// Every worker wraps its shard in it: denormals make arithmetic up to 100 times slower. Results
  /// below 1.2e-38 become zero.
  public static func withFlushedDenormals<R>(_ body: () throws -> R) rethrows -> R {
    let previous = dgflow_flush_denormals()
    defer { dgflow_restore_denormals(previous) }
    return try body()
  }

  /// Runs `body` on the elements of a tensor, or on nothing.
  static func withOptional<R>(_ tensor: Tensor?, _ body: (UnsafePointer<Float>?) -> R) -> R {
    if let tensor { return tensor.read { body($0) } }
    return body(nil)
  }

  // Extents one by one, since an array of them would be memory that every call allocates.

  static func check(
    _ operation: StaticString, _ what: StaticString, _ got: [Int], _ first: Int
  ) {
    precondition(
      got.count == 1 && got[0] == first,
      "\(operation): \(what) has shape \(got), expected [\(first)]")
  }

  static func check(
    _ operation: StaticString, _ what: StaticString, _ got: [Int], _ first: Int, _ second: Int
  ) {
    precondition(
      got.count == 2 && got[0] == first && got[1] == second,
      "\(operation): \(what) has shape \(got), expected [\(first), \(second)]")
  }

  static func check(
    _ operation: StaticString, _ what: StaticString, _ got: [Int], _ first: Int, _ second: Int,
    _ third: Int
  ) {
    precondition(
      got.count == 3 && got[0] == first && got[1] == second && got[2] == third,
      "\(operation): \(what) has shape \(got), expected [\(first), \(second), \(third)]")
  }

  static func check(
    _ operation: StaticString, _ what: StaticString, _ got: [Int], _ expected: [Int]
  ) {
    precondition(got == expected, "\(operation): \(what) has shape \(got), expected \(expected)")
  }

  static func check(
    _ operation: StaticString, _ what: StaticString, _ got: Sequences, like expected: Sequences
  ) {
    precondition(
      got.samples == expected.samples && got.length == expected.length
        && got.channels == expected.channels && got.padding == expected.padding,
      """
      \(operation): \(what) is \(got.shape) with padding \(got.padding), \
      expected \(expected.shape) with padding \(expected.padding)
      """)
  }
}
