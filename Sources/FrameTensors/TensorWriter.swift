import CFrameKernels
public import FrameCore

/// Writes decoded frames to slots of a batch. Each row of the tensor is resampled, converted to its colours, normalised
/// and laid out while it is in the processor's cache; no intermediate of the frame's size is written.
///
/// Resamples as `ReferenceTensorWriter` (the target TensorReference) does, in fixed point: values differ by less than 0.02 of a grey level. For
/// one thread: tables and row buffers are kept between frames and rebuilt only when the source layout changes; after
/// that a frame allocates nothing.
public final class TensorWriter: FrameReceiver, @unchecked Sendable {
  // Sound: its variables are used by the one thread that owns this writer; `slot` and `spec` are read by its helper
  // threads, which the owner waits for. Each helper has a plan of its own, and writes rows of its own.

  public let spec: TensorSpec
  private let kernels: ff_kernels
  private var plan: FramePlan?
  private var slot: UnsafeMutableRawPointer?
  /// Plans of helper threads, by part.
  private let helpers = Monitor<[Int: FramePlan]>([:])
  /// The time that the frame in the current slot took, ns.
  public private(set) var nanoseconds: Int64 = 0

  /// The number of kernel variants that this processor can run.
  package static var variants: Int { ff_variant_count() }

  /// The name of the fastest variant: `avx2` or `portable`.
  public static var instructions: String { String(cString: ff_best().pointee.name) }

  /// - Parameter variant: of the kernels, for tests; `nil` for the fastest.
  package init(spec: TensorSpec, variant: Int?) {
    self.spec = spec
    kernels = (variant.flatMap { ff_variant($0) } ?? ff_best()).pointee
  }

  public convenience init(spec: TensorSpec) { self.init(spec: spec, variant: nil) }

  /// Sets the memory of the next frame: `spec.bytesPerFrame` bytes, aligned to the element type.
  public func aim(at slot: UnsafeMutableRawBufferPointer) {
    precondition(slot.count >= spec.bytesPerFrame, "the slot is smaller than a frame of the tensor")
    self.slot = slot.baseAddress
    nanoseconds = 0
  }

  public func receive(_ samples: RawSpan, _ layout: DecodedLayout) {
    precondition(samples.byteCount >= layout.byteCount, "fewer bytes than the layout has")
    guard let slot else { preconditionFailure("no slot: call aim(at:) first") }
    let before = FrameClock.monotonic()
    let plan = plan(layout)
    samples.withUnsafeBytes { plan.write($0.baseAddress!.assumingMemoryBound(to: UInt8.self), to: slot) }
    nanoseconds += FrameClock.monotonic() - before
  }

  public func receive(_ samples: RawSpan, _ layout: DecodedLayout, part: Int, of parts: Int) {
    precondition(samples.byteCount >= layout.byteCount, "fewer bytes than the layout has")
    guard let slot else { preconditionFailure("no slot: call aim(at:) first") }
    let before = FrameClock.monotonic()
    let plan = helpers.withLock { plans in
      if let known = plans[part], known.layout == layout { return known }
      let made = FramePlan(spec: spec, layout: layout, kernels: kernels)
      plans[part] = made
      return made
    }
    samples.withUnsafeBytes {
      plan.write($0.baseAddress!.assumingMemoryBound(to: UInt8.self), to: slot, part: part, of: parts)
    }
    // The parts run in parallel: the time of one represents all.
    if part == 0 { nanoseconds += FrameClock.monotonic() - before }
  }

  public func begin(_ layout: PlanarLayout) {
    guard let slot else { preconditionFailure("no slot: call aim(at:) first") }
    plan(.planes(layout)).begin(slot)
  }

  public func receive(_ samples: RawSpan, luma: Int, chroma: Int) {
    guard let plan else { preconditionFailure("no frame was begun") }
    precondition(samples.byteCount >= plan.layout.byteCount, "fewer bytes than the layout has")
    let before = FrameClock.monotonic()
    samples.withUnsafeBytes {
      plan.advance($0.baseAddress!.assumingMemoryBound(to: UInt8.self), luma: luma, chroma: chroma)
    }
    nanoseconds += FrameClock.monotonic() - before
  }

  private func plan(_ layout: DecodedLayout) -> FramePlan {
    if let plan, plan.layout == layout { return plan }
    let made = FramePlan(spec: spec, layout: layout, kernels: kernels)
    plan = made
    return made
  }
}
