import FrameCore
import Glibc

/// A model that only waits for `runtime.delayMs`, to measure a feed without a model, or with a slow one.
///
/// If `runtime.maxInFlight` allows several batches, they wait at the same time, as at a model server.
public final class NullModel: Model {
  static let name = "null"
  static let summary = "no outputs; measures the feed up to the tensor, or with a model of runtime.delayMs"

  public let manifest: ModelManifest
  public let outputs: [ModelOutput] = []
  private let waiting: Waiting?

  public init(_ manifest: ModelManifest) {
    self.manifest = manifest
    waiting = manifest.runtime.maximumInFlight > 1 ? Waiting() : nil
  }

  deinit { waiting?.close() }

  public func take(_ batch: consuming PendingBatch) {
    let delay = Int64(manifest.runtime.delayMilliseconds) * 1_000_000
    if let waiting { return waiting.add(batch, until: FrameClock.monotonic() + delay) }
    if delay > 0 { usleep(UInt32(delay / 1000)) }
    Self.answer(batch)
  }

  fileprivate static func answer(_ batch: consuming PendingBatch) {
    var rows = batch.takeRows()
    for _ in batch.frames { rows.beginFrame(outputs: 0) }
    batch.answer(rows)
  }
}

/// Answers batches when they are due, on its own thread.
private final class Waiting: Sendable {
  private final class Place: @unchecked Sendable {
    // Sound: used under the lock, or by the thread that removed it.
    var batch: PendingBatch?
    let until: Int64

    init(_ batch: consuming PendingBatch, until: Int64) {
      self.until = until
      self.batch = consume batch
    }
  }

  /// Oldest first: all wait equally long. `nil` after `close`.
  private let places = Monitor<[Place]?>([])

  init() {
    let places = places
    _ = PipelineThread("null-model") {
      while let first = places.withLock(
        waitingUntil: { $0.map { !$0.isEmpty } ?? true }, { $0?.removeFirst() })
      {
        let left = first.until - FrameClock.monotonic()
        if left > 0 { usleep(UInt32(left / 1000)) }
        if let batch = first.batch.take() { NullModel.answer(batch) }
      }
    }
  }

  func add(_ batch: consuming PendingBatch, until: Int64) {
    let place = Place(batch, until: until)
    places.withLock { $0?.append(place) }
    places.wakeAll()
  }

  func close() {
    places.withLock { $0 = nil }
    places.wakeAll()
  }
}
