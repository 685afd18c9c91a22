import FrameCore
import FrameTensors
import KafkaTransport

/// Where decoders fill batches side by side while the model reads them in the order of receipt.
///
/// Bounded by the tensor pool: when every batch is out, decoders wait for the model. Which of them may go on is
/// ``BatchAssembly``'s; nobody waits with its lock held.
final class BatchLine: Sendable {
  typealias Batch = FrameBatch<BatchTensor>
  typealias Place = BatchAssembly<BatchTensor>.Place

  private let pool: TensorPool
  private let assembly: Lock<BatchAssembly<BatchTensor>>
  private let model = Doorbell()
  /// A batch has left.
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

  /// Gives a frame the next slot. Call in the order of receipt.
  /// - Returns: `nil` once the line is closed.
  func place(_ frame: PlacedFrame, _ record: RecordPlace) -> Place? {
    let entry = BatchEntry(place: record, frame: frame)
    let now = FrameClock.monotonic()
    guard let (place, wakes) = assembly.withLock({ $0.place(entry, now: now) }) else { return nil }
    wake(wakes)
    return place
  }

  /// Keeps a record without a frame in its place in the order. Call in the order of receipt, from one thread at a time;
  /// waits when too many such records wait for a frame before them.
  func note(_ record: RecordPlace) {
    let entry = BatchEntry(place: record, frame: nil)
    while true {
      if let wakes = assembly.withLock({ $0.note(entry) }) { return wake(wakes) }
      room.wait()
    }
  }

  /// The tensor of a slot; waits until there is one.
  /// - Parameter decoder: who asks, from 0.
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

  /// A decoder has finished with its slot.
  func finish(_ place: Place, _ outcome: FrameOutcome) {
    wake(assembly.withLock { $0.finish(place, outcome) })
  }

  /// Whether frames wait in a batch that takes no more: one that is placed now would wait behind it.
  var hasFull: Bool { assembly.withLock { $0.hasFull } }

  /// The next batch whose frames are all there; waits for it. For one thread.
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

  /// A batch was answered: its memory may be used again.
  func recycle(_ entries: inout [BatchEntry]) {
    entries.removeAll(keepingCapacity: true)
    let emptied = entries
    assembly.withLock { $0.recycle(emptied) }
  }

  /// Takes nothing more and hands out nothing more: what is inside will not be answered.
  func abandon() {
    pool.close()
    wake(assembly.withLock { $0.abandon() })
    room.ring()
  }

  /// No more records will come.
  func close() {
    pool.close()
    wake(assembly.withLock { $0.close() })
    room.ring()
  }
}
