import CFrameKernels
public import FrameCore

/// Turns decoded frames into slots of a batch: each row of the tensor is resampled, converted to its colours, normalised and laid
/// out while it is in the processor's cache; nothing of the frame's size is written between.
///
/// Resamples as ``ReferenceTensorWriter`` does, in fixed point: values differ by less than 0.02 of a grey
/// level. For one thread: tables and row buffers are kept from frame to frame and rebuilt only when the source
/// layout changes; after that a frame allocates nothing.
public final class TensorWriter: @unchecked Sendable {
  // Sound: `plan` is used by the one thread that owns this writer.

  public let spec: TensorSpec
  private let kernels: ff_kernels
  private var plan: FramePlan?

  /// How many variants of the loops this processor can run.
  package static var variants: Int { ff_variant_count() }

  /// What the fastest variant is called: `avx2` or `portable`.
  public static var instructions: String { String(cString: ff_best().pointee.name) }

  /// - Parameter variant: of the loops, for tests; `nil` for the fastest.
  package init(spec: TensorSpec, variant: Int?) {
    self.spec = spec
    kernels = (variant.flatMap { ff_variant($0) } ?? ff_best()).pointee
  }

  public convenience init(spec: TensorSpec) { self.init(spec: spec, variant: nil) }

  /// Fills the whole slot.
  /// - Parameters:
  ///   - samples: at least `layout.byteCount` bytes.
  ///   - slot: `spec.bytesPerFrame` bytes, aligned to the element type.
  public func write(_ samples: RawSpan, layout: DecodedLayout, into slot: UnsafeMutableRawBufferPointer) {
    precondition(samples.byteCount >= layout.byteCount, "fewer bytes than the layout has")
    precondition(slot.count >= spec.bytesPerFrame, "the slot is smaller than a frame of the tensor")
    let plan: FramePlan
    if let known = self.plan, known.layout == layout {
      plan = known
    } else {
      plan = FramePlan(spec: spec, layout: layout, kernels: kernels)
      self.plan = plan
    }
    samples.withUnsafeBytes { bytes in
      plan.write(bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), to: slot.baseAddress!)
    }
  }
}
