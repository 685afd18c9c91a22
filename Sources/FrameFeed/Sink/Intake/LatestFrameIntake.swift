import FrameCore
import FrameLatency
import KafkaTransport

/// Policy `latest`: when the model is free it gets the newest frame of each feed; those in between are dropped
/// and counted. So the age of an answered frame stays within one inference and one frame interval, however slow
/// the model is.
///
/// When full: a newer frame takes its feed's older one's place; one of a further feed waits outside, and the fetching
/// with it. Decoding starts when the model is free: a frame decoded ahead would be an inference older by the time it is
/// looked at. Which frame waits is decided by ``LatestFrames``; this holds the records and the lock.
final class LatestFrameIntake: FrameIntake {
  private final class Held: @unchecked Sendable {
    // Sound: used under the intake's lock only.
    var record: Record?
    let description: FrameDescription

    init(_ record: consuming Record, _ description: FrameDescription) {
      self.record = consume record
      self.description = description
    }
  }

  private struct State {
    var frames: LatestFrames
    var held: [Int: Held] = [:]
    var number = 0
    var taken = 0
    var closed = false
  }

  /// Frames that wait at a time, one a feed, and their bytes.
  private static let maximumWaiting = 65_536
  private static let maximumBytes = 256 << 20
  /// Payloads up to this size are copied out of the response they came in, which may hold hundreds of others, bytes.
  private static let copiedBytes = 1 << 20

  private let wanted: Int?
  private let line: BatchLine
  private let records: AnsweredRecords
  private let books: Monitor<RecordBooks>
  private let state: Monitor<State>
  /// One decoder at a time is given a slot.
  private let placing = Monitor(())
  let hasEnough = StopSignal()

  /// - Parameters:
  ///   - frames: most frames to hand out.
  ///   - batch: frames of one batch.
  init(frames: Int?, batch: Int, _ books: RecordBooks, _ line: BatchLine, _ records: AnsweredRecords) {
    wanted = frames
    self.line = line
    self.records = records
    self.books = Monitor(books)
    state = Monitor(
      State(frames: LatestFrames(batch: batch, capacity: Self.maximumWaiting, bytes: Self.maximumBytes)))
  }

  func offer(_ record: consuming Record, deadline: Int64) -> Record? {
    if state.withLock({ $0.closed }) { return nil }
    let place = record.place
    // A record that is refused may wait for a broker: nobody else waits with it.
    guard let description = books.withLock({ $0.frame(record) }) else {
      records.done(place)
      return nil
    }
    keep(record, description)
    return nil
  }

  /// Puts a frame where its feed's older one was, or waits for room.
  private func keep(_ record: consuming Record, _ description: FrameDescription) {
    let age = LatestFrames.Age(
      run: description.identity.run, sequence: description.identity.sequence,
      scheduled: description.stamps.scheduled, place: record.place)
    let (place, size) = (record.place, record.byteCount)
    if size <= Self.copiedBytes { record.detach() }
    let held = Held(record, description)
    while true {
      let (offer, dropped): (LatestFrames.Offer, Held?) = state.withLock { state in
        guard !state.closed else { return (.full, nil) }
        state.number += 1
        let offer = state.frames.offer(state.number, feed: description.identity.feed, age, bytes: size)
        guard case .waits(let older) = offer else { return (offer, nil) }
        state.held[state.number] = held
        return (offer, older.flatMap { state.held.removeValue(forKey: $0) })
      }
      switch offer {
      case .waits:
        if let dropped, let old = dropped.record.take() { drop(old.place, dropped.description) }
        return state.wakeAll()
      case .dropped: return drop(place, description)
      case .full:
        // Closed, its position stays before it, and it is read again.
        if state.withLock({ $0.closed }) { return }
        state.withLock(
          waitingUntil: { $0.closed || $0.frames.canServe }, deadline: FrameClock.monotonic() + 20_000_000
        ) { _ in }
      }
    }
  }

  private func drop(_ place: RecordPlace, _ description: FrameDescription) {
    books.withLock { $0.drop(description, partition: place.partition) }
    records.done(place)
  }

  func next() -> FrameWork? {
    while true {
      let held: Held? = state.withLock(
        waitingUntil: { ($0.frames.canServe && !line.hasFull) || $0.closed && $0.frames.isEmpty }
      ) { state in
        guard state.taken < wanted ?? .max, let number = state.frames.serve() else { return nil }
        state.taken += 1
        return state.held.removeValue(forKey: number)
      }
      guard let held, let record = held.record.take() else { return nil }
      let description = held.description
      guard !books.withLock({ $0.isStale(description, in: record) }) else {
        records.done(record.place)
        state.withLock { state in
          state.frames.giveBack()
          state.taken -= 1
        }
        state.wakeAll()
        continue
      }
      let placed = PlacedFrame(description: description, received: record.received)
      guard let place = placing.withLock({ _ in line.place(placed, record.place) }) else { return nil }
      if state.withLock({ $0.taken == wanted }) { hasEnough.request() }
      return FrameWork(record: record, description: description, place: place)
    }
  }

  func taken(_ batch: FrameBatch) {
    state.withLock { $0.frames.taken() }
  }

  func answered(_ batch: FrameBatch) {
    for entry in batch.entries { records.done(entry.place) }
    state.withLock { $0.frames.answered(batch.entries.count) }
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
    }
    state.wakeAll()
  }
}
