import FrameCore
import FrameLatency
import KafkaTransport
import LogLines

/// What becomes of records that are no frames or cannot be decoded: counted, told (the first of each minute one by one,
/// see ``RejectionLog``) and, where the user wants it, kept as dead letters. The feed goes on.
final class Rejections: Sendable {
  private let options: SinkOptions
  private let tally: SinkTally
  private let failure: SinkFailure
  private let letters: (any DeadLetters)?
  private let now: @Sendable () -> Int64

  /// - Parameter now: monotonic time, ns.
  init(
    _ options: SinkOptions, _ tally: SinkTally, _ failure: SinkFailure, letters: (any DeadLetters)?,
    now: @escaping @Sendable () -> Int64 = FrameClock.monotonic
  ) {
    self.now = now
    self.options = options
    self.tally = tally
    self.failure = failure
    self.letters = letters
  }

  /// Returns when the record is saved, so that it may count as read; fails the sink when it cannot be.
  /// - Parameter arrived: whether the ledger has counted the frame.
  func reject(_ record: borrowing Record, _ identity: FrameIdentity?, arrived: Bool, reason: String) {
    let place = record.place
    note(identity, place, arrived: arrived, reason: reason)
    do throws(FeedError) {
      guard let letters, try !letters.keep(record, topic: options.topic, reason: reason) else { return }
      tally.unkeptLetters.add()
      if tally.rejections.withLock({ $0.tellsOfQuota() }) { options.log.warning("\(letters.quota)") }
    } catch {
      failure.report(error)
    }
  }

  /// A frame that was decoded, and that the model refuses.
  /// - Parameter record: what is kept of it, where it is kept.
  func reject(_ identity: FrameIdentity, _ place: RecordPlace, _ record: KeptRecord?, reason: String) {
    if let record { return reject(record.record, identity, arrived: true, reason: reason) }
    note(identity, place, arrived: true, reason: reason)
  }

  private func note(_ identity: FrameIdentity?, _ place: RecordPlace, arrived: Bool, reason: String) {
    tally.rejected.add()
    tally.ledger.withLock { $0.rejected(identity, place, arrived: arrived) }
    if let identity { tally.feeds.rejected(identity.feed) }
    let (time, wall) = (now(), FrameClock.now())
    let telling = tally.rejections.withLock { log in
      log.keep(
        at: wall, partition: place.partition, offset: place.offset, feed: identity?.feed, reason: reason)
      return log.note(at: time)
    }
    if let count = telling.withheld { options.log.warning("\(Self.withheld(count, options.topic))") }
    guard telling.isTold else { return }
    options.log.warning(
      "\(options.topic)[\(place.partition)]@\(place.offset): rejected: \(reason)",
      [.field("topic", options.topic), .field("partition", place.partition), .field("offset", place.offset)])
  }

  /// What is told of those that were not told one by one.
  static func withheld(_ count: Int, _ topic: String) -> String {
    "\(topic): \(count) further records were rejected within a minute; the report has all in its counts, --dead-letter keeps them with their reasons"
  }

  /// Whether records must be kept until nothing can refuse them any more.
  var keepsRecords: Bool { letters != nil }
}

extension LogLine {
  /// Where a record lies, as fields.
  static func place(_ topic: String, _ record: borrowing Record) -> [Field] {
    [.field("topic", topic), .field("partition", record.partition), .field("offset", record.offset)]
  }
}
