import FrameCore
import FrameTensors
import KafkaTransport

/// Where decoders fill batches side by side while the model reads them in the order of receipt.
///
/// Bounded by the tensor pool: when every batch is out, placing a frame waits for the model.
final class BatchLine: Sendable {
  /// A slot that a decoder may fill.
  struct Place: Sendable {
    let batch: FrameBatch
    let tensor: BatchTensor
    let entry: Int
    let slot: Int
  }

  private struct State {
    var open: FrameBatch?
    /// Full or timed out, oldest first.
    var waiting: [FrameBatch] = []
    /// Counts the batches opened, so that the reader notices a new deadline.
    var opened = 0
    var closed = false
    /// Answered, to be filled again.
    var spare: [FrameBatch] = []

    mutating func new() -> FrameBatch { spare.popLast() ?? FrameBatch() }

    mutating func closeOpen() {
      if let open { waiting.append(open) }
      open = nil
    }
  }

  /// Most records without a frame that wait at a time.
  private static let maximumWaiting = 256
  /// Most batches that wait to be filled again.
  private static let maximumSpare = 8

  private let pool: TensorPool
  private let state = Monitor(State())

  init(_ pool: TensorPool) { self.pool = pool }

  /// Gives a frame the next slot. Call in the order of receipt, from one thread at a time.
  /// - Returns: `nil` once the line is closed.
  func place(_ frame: PlacedFrame, _ record: RecordPlace) -> Place? {
    let entry = BatchEntry(place: record, frame: frame)
    if let place = state.withLock({ add(entry, to: &$0, new: nil) }) { return place }
    // Not under the lock: the model frees tensors, and needs the lock to get there.
    guard let tensor = pool.take() else { return nil }
    let place = state.withLock { add(entry, to: &$0, new: tensor) }
    state.wakeAll()
    return place
  }

  private func add(_ entry: BatchEntry, to state: inout State, new: BatchTensor?) -> Place? {
    if state.open?.tensor == nil {
      guard let new, !state.closed else { return nil }
      let batch = state.open ?? state.new()
      batch.tensor = new
      batch.deadline = FrameClock.monotonic() + Int64(pool.spec.batchTimeoutMilliseconds) * 1_000_000
      state.open = batch
      state.opened += 1
    }
    guard let batch = state.open, let tensor = batch.tensor else { return nil }
    let place = Place(batch: batch, tensor: tensor, entry: batch.entries.count, slot: batch.frames)
    batch.entries.append(entry)
    batch.frames += 1
    batch.unfinished += 1
    if batch.frames == pool.spec.batch { state.closeOpen() }
    return place
  }

  /// Whether a batch that takes no more frames waits for the model: one that is placed now would wait behind it.
  var hasFull: Bool { state.withLock { !$0.waiting.isEmpty } }

  /// Keeps a record without a frame in its place in the order.
  func note(_ record: RecordPlace) {
    let entry = BatchEntry(place: record, frame: nil)
    state.withLock(waitingUntil: { $0.waiting.count < Self.maximumWaiting || $0.closed }) { state in
      guard !state.closed else { return }
      if let open = state.open {
        open.entries.append(entry)
        if open.entries.count >= Self.maximumWaiting { state.closeOpen() }
      } else {
        let batch = state.new()
        batch.entries.append(entry)
        state.waiting.append(batch)
      }
    }
    state.wakeAll()
  }

  /// A decoder has finished with its slot.
  func finish(_ place: Place, _ outcome: FrameOutcome) {
    state.withLock { _ in
      place.batch.entries[place.entry].frame?.outcome = outcome
      place.batch.unfinished -= 1
    }
    state.wakeAll()
  }

  /// The next batch whose frames are all there; waits for it.
  /// - Returns: `nil` once the line is closed and empty.
  func next() -> FrameBatch? {
    var seen = 0
    var deadline = Int64.max
    while true {
      let batch: FrameBatch? = state.withLock(
        waitingUntil: { state in
          if let first = state.waiting.first { return first.unfinished == 0 }
          return state.opened != seen || state.closed
        }, deadline: deadline
      ) { state in
        if let first = state.waiting.first {
          return first.unfinished == 0 ? state.waiting.removeFirst() : nil
        }
        seen = state.opened
        deadline = state.open?.deadline ?? .max
        if state.closed || FrameClock.monotonic() >= deadline {
          state.closeOpen()
          // Its decoders are waited for, not the time that is over.
          deadline = .max
        }
        return nil
      }
      if let batch {
        state.wakeAll()
        return batch
      }
      if state.withLock({ $0.closed && $0.waiting.isEmpty && $0.open == nil }) { return nil }
    }
  }

  /// A batch that was answered: its tensor is free, and nobody has it any more.
  func recycle(_ batch: FrameBatch) {
    batch.reset()
    state.withLock { state in
      if state.spare.count < Self.maximumSpare { state.spare.append(batch) }
    }
  }

  /// Takes nothing more and hands out nothing more: what is inside will not be answered.
  func abandon() {
    state.withLock { state in
      state.waiting.removeAll()
      state.open = nil
    }
    close()
  }

  /// No more records will come.
  func close() {
    state.withLock { $0.closed = true }
    pool.close()
    state.wakeAll()
  }
}
