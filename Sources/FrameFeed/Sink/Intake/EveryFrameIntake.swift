import FrameCore
import FrameLatency
import KafkaTransport

/// Policy `every`: each frame goes to the model, in the order of receipt.
///
/// When full, fetching blocks, which pauses librdkafka's own fetching; nothing is lost, the lag grows. Decoders get
/// records one at a time and decode in parallel.
final class EveryFrameIntake: FrameIntake {
  private struct State {
    var accounting: RecordAccounting
    var taken = 0
  }

  private let frames: Int?
  private let line: BatchLine
  private let records: AnsweredRecords
  private let queue = BoundedQueue<Record>(
    capacity: SinkOptions.recordQueue, bytes: SinkOptions.recordQueueBytes)
  private let state: Monitor<State>
  let isSatisfied = StopSignal()

  /// - Parameter frames: the most frames to return.
  init(frames: Int?, _ accounting: RecordAccounting, _ line: BatchLine, _ records: AnsweredRecords) {
    self.frames = frames
    self.line = line
    self.records = records
    state = Monitor(State(accounting: accounting))
  }

  func offer(_ record: consuming Record, deadline: Int64) -> Record? {
    let bytes = record.byteCount
    return queue.push(record, bytes: bytes, deadline: deadline)
  }

  func next() -> FrameWork? {
    // The lock is held while waiting: other decoders would wait for the same record.
    state.withLock { state in
      while !isSatisfied.isRequested, let record = queue.pop() {
        guard let description = state.accounting.frame(record),
          !state.accounting.isStale(description, in: record)
        else {
          line.note(record.place)
          continue
        }
        let placed = PlacedFrame(description: description, received: record.received)
        guard let place = line.place(placed, record.place) else { return nil }
        state.taken += 1
        if state.taken == frames {
          isSatisfied.request()
          queue.close()
        }
        return FrameWork(record: record, description: description, place: place)
      }
      return nil
    }
  }

  func batchStarted(frames: Int) {}

  func batchAnswered(_ entries: [BatchEntry]) {
    for entry in entries { records.done(entry.place) }
  }

  func close() { queue.close() }

  func discard() {
    queue.close()
    queue.removeAll()
  }
}
