/// A number type that a safetensors file of ours may hold.
public protocol SafetensorsElement: BitwiseCopyable, Sendable {
  /// The format's name of the type, for example `F32`.
  static var safetensorsType: String { get }
}

extension Float: SafetensorsElement {
  /// `F32`.
  public static var safetensorsType: String { "F32" }
}

extension Double: SafetensorsElement {
  /// `F64`.
  public static var safetensorsType: String { "F64" }
}

extension UInt64: SafetensorsElement {
  /// `U64`.
  public static var safetensorsType: String { "U64" }
}

extension Int64: SafetensorsElement {
  /// `I64`.
  public static var safetensorsType: String { "I64" }
}
