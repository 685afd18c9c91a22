public import FrameCore

/// The stage that turns decoded pixels into one slot of a batch. Replaceable; one per decoder thread.
public protocol TensorWriter: AnyObject, Sendable {
  /// Fills the whole slot.
  /// - Parameters:
  ///   - pixels: at least `layout.byteCount` bytes.
  ///   - slot: `spec.bytesPerFrame` bytes, aligned to the element type.
  func write(_ pixels: RawSpan, layout: PixelLayout, into slot: UnsafeMutableRawBufferPointer)
}
