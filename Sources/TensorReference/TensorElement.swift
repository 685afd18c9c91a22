/// An element type of a tensor: what a computed value becomes in memory.
protocol TensorElement: BitwiseCopyable {
  static func element(_ value: Float) -> Self
}

extension Float: TensorElement {
  @inline(__always) static func element(_ value: Float) -> Float { value }
}

extension Float16: TensorElement {
  @inline(__always) static func element(_ value: Float) -> Float16 { Float16(value) }
}

extension UInt8: TensorElement {
  /// Rounds to nearest, ties to even, and clamps; not-a-number becomes 0.
  @inline(__always) static func element(_ value: Float) -> UInt8 {
    // Adding 2^23 leaves the rounded integer in the low bits: no call into the C library.
    let clamped: Float = value > 0 ? (value < 255 ? value : 255) : 0
    return UInt8(truncatingIfNeeded: (clamped + 8_388_608).bitPattern)
  }
}
