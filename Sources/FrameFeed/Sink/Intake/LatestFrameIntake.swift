import FrameCore
import FrameLatency
import KafkaTransport

/// Policy `latest`: when the model is free it gets the newest frame of each feed; older ones are dropped and counted.
/// So the age of an answered frame stays within one inference and one frame interval, however slow the model is.
///
/// When full, a newer frame still replaces its feed's older one; a frame of a further feed stays outside, and fetching
/// pauses until there is room for it. Decoding starts when the model is free: a frame decoded earlier would be older by
/// one inference. ``LatestFrames`` decides which frame waits; this class has the records and the lock.
final class LatestFrameIntake: FrameIntake {
  private final class Held: @unchecked Sendable {
    // Sound: used only under the intake's lock, or by the thread that removed it from the state.
    var record: Record?
    let description: FrameDescription
    let place: RecordPlace
    let bytes: Int

    init(_ record: consuming Record, _ description: FrameDescription) {
      place = record.place
      bytes = record.byteCount
      self.record = consume record
      self.description = description
    }

    var age: LatestFrames.Age {
      LatestFrames.Age(
        run: description.identity.run, sequence: description.identity.sequence,
        scheduled: description.stamps.scheduled, place: place)
    }
  }

  private struct State {
    var frames: LatestFrames
    var held: [Int: Held] = [:]
    /// The frame that did not fit.
    var outside: Held?
    var open = OpenRecords()
    var number = 0
    var taken = 0
    var closed = false

    /// - Returns: the frame that is dropped: an older one, or the new one.
    mutating func admit(_ new: Held) -> Held? {
      number += 1
      switch frames.offer(number, feed: new.description.identity.feed, new.age, bytes: new.bytes) {
      case .waits(let older):
        held[number] = new
        return older.flatMap { held.removeValue(forKey: $0) }
      case .dropped: return new
      case .full:
        outside = new
        return nil
      }
    }

    mutating func admitOutside() -> Held? { outside.take().flatMap { admit($0) } }
  }

  /// The most frames that wait, one per feed, and their most bytes.
  private static let maximumWaiting = 65_536
  static let maximumBytes = 256 << 20

  private let wanted: Int?
  private let line: BatchLine
  private let records: AnsweredRecords
  /// Counts the dropped frames.
  private let accounting: RecordAccounting
  /// Parses records. For the fetching thread alone: rejecting a record may take a broker's time, and no other thread
  /// should wait for that.
  private let reader: Monitor<RecordAccounting>
  private let state: Monitor<State>
  /// Held by the one decoder that gets a frame.
  private let placing = Lock(Serial())
  let isSatisfied = StopSignal()

  /// - Parameters:
  ///   - frames: the most frames to return.
  ///   - batch: frames per batch.
  ///   - inFlight: the most batches that the model has at a time.
  ///   - bytes: the most bytes of waiting frames.
  init(
    frames: Int?, batch: Int, inFlight: Int, bytes: Int = maximumBytes, _ accounting: RecordAccounting,
    _ line: BatchLine,
    _ records: AnsweredRecords
  ) {
    wanted = frames
    self.line = line
    self.records = records
    self.accounting = accounting
    reader = Monitor(accounting)
    state = Monitor(
      State(
        frames: LatestFrames(batch: batch, inFlight: inFlight, capacity: Self.maximumWaiting, bytes: bytes)))
  }

  func offer(_ record: consuming Record, deadline: Int64) -> Record? {
    let (isFull, isClosed) = state.withLock(
      waitingUntil: { $0.outside == nil || $0.closed }, deadline: deadline
    ) { ($0.outside != nil, $0.closed) }
    // Closed: the record is not done, so it is read again.
    if isClosed { return nil }
    if isFull { return record }
    let place = record.place
    guard let description = reader.withLock({ $0.frame(record) }) else {
      if !state.withLock({ $0.open.cameAgain(place) }) { records.done(place) }
      return nil
    }
    if record.byteCount <= Record.smallCopy { record.detach() }
    let held = Held(record, description)
    let dropped: Held? = state.withLock { state in
      guard !state.closed else { return nil }
      state.open.opened(place)
      return state.admit(held)
    }
    if let dropped { drop(dropped) }
    state.wakeAll()
    return nil
  }

  private func drop(_ held: Held) {
    held.record = nil
    accounting.drop(held.description, partition: held.place.partition)
    done(held.place)
  }

  private func done(_ place: RecordPlace) {
    let others = state.withLock { $0.open.done(place) }
    records.done(place)
    for other in others { records.done(other) }
  }

  func next() -> FrameWork? {
    // Held while waiting, as other decoders would wait for the same frame; and until the frame has its slot, so that
    // slots are assigned in the order of serving.
    placing.withLock { _ in
      while true {
        let (held, dropped): (Held?, Held?) = state.withLock(
          waitingUntil: { ($0.frames.canServe && !line.hasFull) || $0.closed && $0.frames.isEmpty }
        ) { state in
          guard state.taken < wanted ?? .max, let number = state.frames.serve() else { return (nil, nil) }
          state.taken += 1
          let held = state.held.removeValue(forKey: number)
          return (held, state.admitOutside())
        }
        if let dropped { drop(dropped) }
        guard let held, let record = held.record.take() else { return nil }
        state.wakeAll()
        let description = held.description
        if accounting.isStale(description, in: record) {
          done(record.place)
          state.withLock { state in
            state.frames.cancelServed()
            state.taken -= 1
          }
          state.wakeAll()
          continue
        }
        let placed = PlacedFrame(description: description, received: record.received)
        guard let place = line.place(placed, record.place) else { return nil }
        if state.withLock({ $0.taken == wanted }) { isSatisfied.request() }
        return FrameWork(record: record, description: description, place: place)
      }
    }
  }

  func batchStarted(frames: Int) {
    state.withLock { $0.frames.batchStarted(frames) }
    // A model with several batches in flight may get the next one.
    state.wakeAll()
  }

  func batchAnswered(_ entries: [BatchEntry]) {
    for entry in entries { done(entry.place) }
    state.withLock { $0.frames.batchAnswered() }
    state.wakeAll()
  }

  func close() {
    state.withLock { $0.closed = true }
    state.wakeAll()
  }

  func discard() {
    state.withLock { state in
      state.closed = true
      _ = state.frames.removeAll()
      state.held = [:]
      state.outside = nil
    }
    state.wakeAll()
  }
}
