import FrameCore
import FrameTensors
import KafkaTransport

/// The batches that decoders fill in parallel and the model reads in the order of receipt.
///
/// Bounded by the tensor pool: when all tensors are in use, decoders wait for the model. ``BatchAssembly`` decides
/// which decoder continues; no thread waits while it holds the lock.
final class BatchLine: Sendable {
  typealias Batch = FrameBatch<BatchTensor>
  typealias Place = BatchAssembly<BatchTensor>.Place

  private let pool: TensorPool
  private let assembly: Lock<BatchAssembly<BatchTensor>>
  private let model = Doorbell()
  /// Rung when a batch has left.
  private let room = Doorbell()
  /// One for each decoder.
  private let decoders: [Doorbell]

  init(_ pool: TensorPool, decoders: Int) {
    self.pool = pool
    assembly = Lock(
      BatchAssembly(
        size: pool.spec.batch, timeout: Int64(pool.spec.batchTimeoutMilliseconds) * 1_000_000))
    self.decoders = (0..<decoders).map { _ in Doorbell() }
  }

  private func wake(_ wakes: BatchAssembly<BatchTensor>.Wakes) {
    if wakes.isModel { model.ring() }
    for decoder in wakes.decoders { decoders[decoder].ring() }
  }

  /// Assigns the next slot to a frame. Call it in the order of receipt.
  /// - Returns: `nil` once the line is closed.
  func place(_ frame: PlacedFrame, _ record: RecordPlace) -> Place? {
    let entry = BatchEntry(place: record, frame: frame)
    let now = FrameClock.monotonic()
    guard let (place, wakes) = assembly.withLock({ $0.place(entry, now: now) }) else { return nil }
    wake(wakes)
    return place
  }

  /// Adds a record without a frame, in order. Call it in the order of receipt, from one thread at a time. Waits when
  /// too many such records wait behind a frame.
  func note(_ record: RecordPlace) {
    let entry = BatchEntry(place: record, frame: nil)
    while true {
      if let wakes = assembly.withLock({ $0.note(entry) }) { return wake(wakes) }
      room.wait()
    }
  }

  /// Waits for the tensor of a slot.
  /// - Parameter decoder: the caller's number, from 0.
  /// - Returns: `nil` once the line is closed.
  func tensor(_ place: Place, decoder: Int) -> BatchTensor? {
    while true {
      switch assembly.withLock({ $0.turn(place, decoder: decoder) }) {
      case .has(let tensor): return tensor
      case .closed: return nil
      case .wait: decoders[decoder].wait()
      case .take:
        let tensor = pool.take()
        wake(assembly.withLock { $0.give(tensor, to: place) })
        return tensor
      }
    }
  }

  /// Reports that a decoder has finished its slot.
  func finish(_ place: Place, _ outcome: FrameOutcome) {
    wake(assembly.withLock { $0.finish(place, outcome) })
  }

  /// Whether a closed batch has frames: a frame placed now would wait behind it.
  var hasFull: Bool { assembly.withLock { $0.hasFull } }

  /// Waits for the next batch with all its frames. For one thread.
  /// - Returns: `nil` once the line is closed and empty.
  func next() -> Batch? {
    while true {
      switch assembly.withLock({ $0.next(now: FrameClock.monotonic()) }) {
      case .batch(let batch):
        room.ring()
        return batch
      case .wait(let deadline): model.wait(until: deadline)
      case .end: return nil
      }
    }
  }

  /// Takes back the array of an answered batch for reuse.
  func recycle(_ entries: inout [BatchEntry]) {
    entries.removeAll(keepingCapacity: true)
    let emptied = entries
    assembly.withLock { $0.recycle(emptied) }
  }

  /// Accepts and returns nothing more: records inside stay unanswered.
  func abandon() {
    pool.close()
    wake(assembly.withLock { $0.abandon() })
    room.ring()
  }

  /// Accepts no more records.
  func close() {
    pool.close()
    wake(assembly.withLock { $0.close() })
    room.ring()
  }
}
