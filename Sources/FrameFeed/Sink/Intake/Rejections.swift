import FrameCore
import FrameLatency
import KafkaTransport
import LogLines

/// Handles records that are no frames or cannot be decoded: counts them, logs them (the first of each minute one by
/// one, see ``RejectionLog``) and optionally keeps them as dead letters. The feed continues.
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

  /// Rejects a record. Returns when it is saved, so that it may count as read; if it cannot be saved, the sink fails.
  /// - Parameter arrived: whether the ledger has counted the frame as arrived.
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

  /// Rejects a decoded frame that the model refuses.
  /// - Parameter record: the frame's record, if it was kept.
  func reject(_ identity: FrameIdentity, _ place: RecordPlace, _ record: KeptRecord?, reason: String) {
    if let record { return reject(record.record, identity, arrived: true, reason: reason) }
    note(identity, place, arrived: true, reason: reason)
  }

  private func note(_ identity: FrameIdentity?, _ place: RecordPlace, arrived: Bool, reason: String) {
    tally.rejected.add()
    tally.ledger.withLock { $0.noteRejected(identity, place, arrived: arrived) }
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

  /// Returns the message for rejections that were not logged one by one.
  static func withheld(_ count: Int, _ topic: String) -> String {
    "\(topic): \(count) further records were rejected within a minute; the report has all in its counts, --dead-letter keeps them with their reasons"
  }

  /// Whether records must be kept until the model has answered.
  var keepsRecords: Bool { letters != nil }
}

extension LogLine {
  /// Returns the position of a record as log fields.
  static func place(_ topic: String, _ record: borrowing Record) -> [Field] {
    [.field("topic", topic), .field("partition", record.partition), .field("offset", record.offset)]
  }
}
