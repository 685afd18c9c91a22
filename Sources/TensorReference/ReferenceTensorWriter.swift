package import FrameCore
package import FrameTensors

/// What ``TensorWriter`` is held against: bilinear resize and normalisation in `Float`, without rounding to
/// 8 bits between, and nothing clever.
///
/// For one thread: tables and row buffers are kept from frame to frame and rebuilt only when the source
/// layout changes; after that a frame allocates nothing.
package final class ReferenceTensorWriter: @unchecked Sendable {
  // Sound: `plan` is used by the one thread that owns this writer.

  package let spec: TensorSpec
  private var plan: WritePlan?

  package init(spec: TensorSpec) {
    self.spec = spec
  }

  package func write(_ pixels: RawSpan, layout: PixelLayout, into slot: UnsafeMutableRawBufferPointer) {
    precondition(pixels.byteCount >= layout.byteCount, "fewer bytes than \(layout) has")
    precondition(slot.count >= spec.bytesPerFrame, "the slot is smaller than a frame of the tensor")
    let plan: WritePlan
    if let known = self.plan, known.layout == layout {
      plan = known
    } else {
      plan = WritePlan(spec: spec, layout: layout)
      self.plan = plan
    }
    let target = slot.baseAddress!
    pixels.withUnsafeBytes { bytes in
      let source = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
      switch spec.type {
      case .float32: plan.write(source, to: target.assumingMemoryBound(to: Float.self))
      case .float16: plan.write(source, to: target.assumingMemoryBound(to: Float16.self))
      case .uint8: plan.write(source, to: target.assumingMemoryBound(to: UInt8.self))
      }
    }
  }
}
