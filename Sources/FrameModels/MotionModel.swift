public import FrameCore
public import FrameTensors

/// The change of a feed's picture: the mean absolute difference between the tensors of a frame and of its feed's
/// previous frame, in tensor units (`difference[1]`).
///
/// The first frame of a feed, and of each new run of it, has no previous frame: its value is not-a-number, which means
/// "absent". State is bounded: of more than ``maximumFeeds`` feeds the least recently seen is removed.
public final class MotionModel: DirectModel, @unchecked Sendable {
  // Sound: `feeds` is used by the one thread that calls `infer`.

  static let name = "motion"
  static let summary = "mean absolute difference to the feed's previous frame"
  /// The most feeds remembered at a time.
  public static let maximumFeeds = 64

  public let manifest: ModelManifest
  public let outputs = [ModelOutput(name: "difference", count: 1)]
  private var feeds: [String: Previous] = [:]
  private var clock = 0

  /// The last tensor of one feed.
  private final class Previous {
    let memory: UnsafeMutableRawBufferPointer
    var run: String
    var lastUse = 0

    init(bytes: Int, run: String) {
      memory = .allocate(byteCount: bytes, alignment: 64)
      self.run = run
    }

    deinit { memory.deallocate() }
  }

  public init(_ manifest: ModelManifest) { self.manifest = manifest }

  /// The number of feeds remembered now.
  var feedCount: Int { feeds.count }

  public func infer(
    _ batch: BatchTensor, frames: [FrameIdentity], values: inout [Double]
  ) throws(ModelError) {
    try prepare(batch, frames, &values)
    for (slot, frame) in frames.enumerated() {
      batch.withSlot(slot) { bytes in
        clock += 1
        if let previous = feeds[frame.feed] {
          values[slot] = previous.run == frame.run ? difference(bytes, previous.memory) : .nan
          remember(bytes, of: frame, in: previous)
        } else {
          values[slot] = .nan
          remember(bytes, of: frame, in: admit(frame))
        }
      }
    }
  }

  private func remember(
    _ bytes: UnsafeMutableRawBufferPointer, of frame: FrameIdentity, in previous: Previous
  ) {
    previous.memory.copyMemory(from: UnsafeRawBufferPointer(bytes))
    previous.run = frame.run
    previous.lastUse = clock
  }

  /// Adds a new feed; at the limit it reuses the memory of the least recently seen feed.
  private func admit(_ frame: FrameIdentity) -> Previous {
    var place: Previous?
    if feeds.count >= Self.maximumFeeds, let oldest = feeds.min(by: { $0.value.lastUse < $1.value.lastUse }) {
      place = feeds.removeValue(forKey: oldest.key)
    }
    let previous = place ?? Previous(bytes: manifest.input.bytesPerFrame, run: frame.run)
    feeds[frame.feed] = previous
    return previous
  }

  private func difference(_ now: UnsafeMutableRawBufferPointer, _ before: UnsafeMutableRawBufferPointer)
    -> Double
  {
    switch manifest.input.type {
    case .float32: mean(now, before, Float.self) { abs(Double($0) - Double($1)) }
    case .float16: mean(now, before, Float16.self) { abs(Double($0) - Double($1)) }
    case .uint8: mean(now, before, UInt8.self) { Double($0 > $1 ? $0 - $1 : $1 - $0) }
    }
  }

  @inline(__always)
  private func mean<T>(
    _ now: UnsafeMutableRawBufferPointer, _ before: UnsafeMutableRawBufferPointer, _ type: T.Type,
    _ distance: (T, T) -> Double
  ) -> Double {
    let (now, before) = (now.bindMemory(to: T.self), before.bindMemory(to: T.self))
    var sum = 0.0
    for i in 0..<manifest.input.elementsPerFrame { sum += distance(now[i], before[i]) }
    return sum / Double(manifest.input.elementsPerFrame)
  }
}
