import FrameCore
import FrameLatency
import KafkaTransport

/// Policy `latest`: when the model is free it gets the newest frame of each feed; those in between are dropped
/// and counted. So the age of an answered frame stays within one inference and one frame interval, however slow
/// the model is.
///
/// When full: a newer frame takes its feed's older one's place. Decoding starts when the model is free: a frame
/// decoded ahead would be an inference older by the time it is looked at.
final class LatestFrameIntake: FrameIntake {
  /// The newest frame of a feed. Kept when it has been taken, for the next one.
  private final class Waiting: @unchecked Sendable {
    // Sound: used under the intake's lock only.
    var record: Record?
    var description: FrameDescription?
    var partition: Int32 = 0
    var offset: Int64 = 0
    /// Since when its feed has waited for its turn: feeds are served in this order.
    var turn = 0
  }

  private struct State {
    var books: RecordBooks
    var feeds: [Waiting] = []
    var turns = 0
    /// Slots of the coming batch that may still be filled; 0 while the model works.
    var slots: Int
    /// Handed out and not answered yet.
    var inHand: [(partition: Int32, offset: Int64)] = []
    /// One past the newest record of each partition.
    var next: [Int32: Int64] = [:]
    var taken = 0
    var closed = false

    var hasWaiting: Bool { feeds.contains { $0.description != nil } }
    var longestWaiting: Waiting? {
      feeds.filter { $0.description != nil }.min { $0.turn < $1.turn }
    }
  }

  /// Most feeds whose newest frames are kept; feed names are hostile input.
  private static let maximumFeeds = 64

  private let frames: Int?
  private let batch: Int
  private let line: BatchLine
  private let offsets: AnsweredOffsets
  private let tally: SinkTally
  private let state: Monitor<State>
  let hasEnough = StopSignal()

  /// - Parameters:
  ///   - frames: most frames to hand out.
  ///   - batch: frames of one batch.
  init(
    frames: Int?, batch: Int, _ books: RecordBooks, _ line: BatchLine, _ offsets: AnsweredOffsets,
    _ tally: SinkTally
  ) {
    self.frames = frames
    self.batch = batch
    self.line = line
    self.offsets = offsets
    self.tally = tally
    state = Monitor(State(books: books, slots: batch))
  }

  func offer(_ record: consuming Record) -> Bool {
    // An Optional lets the closure take the record out: closures cannot consume what they capture.
    var pending: Record? = consume record
    let accepted: Bool = state.withLock { state in
      guard !state.closed, let record = pending.take() else { return false }
      let (partition, offset) = (record.partition, record.offset)
      state.next[partition] = offset + 1
      if let description = state.books.frame(record) {
        keep(record, description, &state)
      } else {
        tally.done(1)
      }
      store(partition, state)
      return true
    }
    state.wakeAll()
    return accepted
  }

  /// Puts a frame where its feed's older one was.
  private func keep(_ record: consuming Record, _ description: FrameDescription, _ state: inout State) {
    let place: Waiting
    if let same = state.feeds.first(where: { $0.description?.identity.feed == description.identity.feed }) {
      drop(same, state)
      place = same
    } else {
      state.turns += 1
      if let free = state.feeds.first(where: { $0.description == nil }) {
        place = free
      } else if state.feeds.count < Self.maximumFeeds {
        place = Waiting()
        state.feeds.append(place)
      } else {
        // The feed that has waited longest gives way.
        place = state.longestWaiting ?? state.feeds[0]
        drop(place, state)
      }
      place.turn = state.turns
    }
    place.partition = record.partition
    place.offset = record.offset
    place.description = description
    place.record = consume record
  }

  private func drop(_ waiting: Waiting, _ state: borrowing State) {
    guard let description = waiting.description else { return }
    state.books.drop(description, partition: waiting.partition)
    waiting.description = nil
    waiting.record = nil
    tally.done(1)
  }

  func next() -> FrameWork? {
    while true {
      var ended = false
      let work: FrameWork? = state.withLock(
        waitingUntil: { $0.slots > 0 && $0.hasWaiting || $0.closed && !$0.hasWaiting }
      ) { state in
        guard !hasEnough.isRequested, let longest = state.longestWaiting,
          let record = longest.record.take(), let description = longest.description
        else {
          ended = true
          return nil
        }
        longest.description = nil
        guard !state.books.isStale(description, in: record) else {
          tally.done(1)
          store(longest.partition, state)
          return nil
        }
        // There is a tensor: the model has at most one, and this fills the other.
        let placed = PlacedFrame(description: description, received: record.received)
        guard let place = line.place(placed, partition: record.partition, offset: record.offset) else {
          ended = true
          return nil
        }
        state.slots -= 1
        state.taken += 1
        if state.taken == frames { hasEnough.request() }
        state.inHand.append((record.partition, record.offset))
        return FrameWork(record: record, description: description, place: place)
      }
      if let work { return work }
      if ended { return nil }
    }
  }

  func taken(_ batch: FrameBatch) {
    state.withLock { $0.slots = 0 }
  }

  func answered(_ batch: FrameBatch) {
    state.withLock { state in
      state.slots = self.batch
      state.inHand.removeAll { hand in
        batch.entries.contains { $0.partition == hand.partition && $0.offset == hand.offset }
      }
      for entry in batch.entries { store(entry.partition, state) }
    }
    tally.done(batch.entries.count)
    state.wakeAll()
  }

  /// Marks as read what lies before the first frame of a partition that waits or is in hand: a crash repeats those.
  private func store(_ partition: Int32, _ state: borrowing State) {
    guard var next = state.next[partition] else { return }
    for hand in state.inHand where hand.partition == partition { next = min(next, hand.offset) }
    for waiting in state.feeds where waiting.description != nil && waiting.partition == partition {
      next = min(next, waiting.offset)
    }
    offsets.store(partition: partition, next: next)
  }

  func close() {
    state.withLock { $0.closed = true }
    state.wakeAll()
  }

  func discard() {
    state.withLock { state in
      state.closed = true
      for waiting in state.feeds where waiting.description != nil {
        waiting.description = nil
        waiting.record = nil
        tally.done(1)
      }
    }
    state.wakeAll()
  }
}
