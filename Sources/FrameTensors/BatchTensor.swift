/// The memory of one batch: `spec.batch` contiguous slots of `spec.bytesPerFrame` bytes.
///
/// The memory returns to its ``TensorPool`` with the last reference.
public final class BatchTensor: @unchecked Sendable {
  // Sound: `base` and `count` have one owner at a time; a queue transfers the ownership.

  public let spec: TensorSpec
  /// The first byte of slot 0: 64-byte aligned, `spec.batch * spec.bytesPerFrame` bytes long.
  public let base: UnsafeMutableRawPointer
  /// Frames in the batch, from slot 0 on. Set by the owner.
  public var count = 0

  private let pool: TensorPool

  init(base: UnsafeMutableRawPointer, pool: TensorPool) {
    self.spec = pool.spec
    self.base = base
    self.pool = pool
  }

  deinit { pool.recycle(base) }

  /// The bytes of one slot; valid while this batch is referenced.
  public func slotBytes(_ index: Int) -> UnsafeMutableRawBufferPointer {
    precondition(index >= 0 && index < spec.batch, "no slot \(index) in a batch of \(spec.batch)")
    let bytes = spec.bytesPerFrame
    return UnsafeMutableRawBufferPointer(start: base + index * bytes, count: bytes)
  }

  /// Calls `body` with the bytes of one slot and keeps the batch alive until it returns.
  public func withSlot<R: ~Copyable, E: Error>(
    _ index: Int, _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    defer { withExtendedLifetime(self) {} }
    return try body(slotBytes(index))
  }

  /// Copies one slot to another, to close the gap of a rejected frame.
  public func moveSlot(from source: Int, to target: Int) {
    guard source != target else { return }
    slotBytes(target).copyMemory(from: UnsafeRawBufferPointer(slotBytes(source)))
  }

  /// Returns the values of one slot in memory order, converted from any element type. For inspection, not for the hot
  /// path: allocates.
  public func floats(slot index: Int) -> [Float] {
    withSlot(index) { bytes in
      switch spec.type {
      case .float32: Array(bytes.bindMemory(to: Float.self))
      case .float16: bytes.bindMemory(to: Float16.self).map { Float($0) }
      case .uint8: bytes.map { Float($0) }
      }
    }
  }
}
