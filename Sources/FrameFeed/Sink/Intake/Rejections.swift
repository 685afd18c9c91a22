import FrameCore
import KafkaTransport
import LogLines

/// What becomes of records that are no frames or cannot be decoded: told, counted and, where the user wants it,
/// kept as dead letters. The feed goes on.
final class Rejections: Sendable {
  private let options: SinkOptions
  private let tally: SinkTally
  private let failure: SinkFailure
  private let letters: (any DeadLetters)?

  init(
    _ options: SinkOptions, _ tally: SinkTally, _ failure: SinkFailure, letters: (any DeadLetters)?
  ) {
    self.options = options
    self.tally = tally
    self.failure = failure
    self.letters = letters
  }

  /// Returns when the record is saved, so that it may count as read; fails the sink when it cannot be.
  /// - Parameter arrived: whether the ledger has counted the frame.
  func reject(_ record: borrowing Record, _ identity: FrameIdentity?, arrived: Bool, reason: String) {
    tally.rejected.add()
    let place = record.place
    tally.ledger.withLock { $0.rejected(identity, place, arrived: arrived) }
    options.log.warning(
      "\(options.topic)[\(record.partition)]@\(record.offset): rejected: \(reason)",
      LogLine.place(options.topic, record))
    do throws(FeedError) {
      try letters?.keep(record, topic: options.topic, reason: reason)
    } catch {
      failure.report(error)
    }
  }

  /// A frame that was decoded, and that the model refuses.
  /// - Parameter record: what is kept of it, where it is kept.
  func reject(_ identity: FrameIdentity, _ place: RecordPlace, _ record: KeptRecord?, reason: String) {
    if let record { return reject(record.record, identity, arrived: true, reason: reason) }
    tally.rejected.add()
    tally.ledger.withLock { $0.rejected(identity, place, arrived: true) }
    options.log.warning(
      "\(options.topic)[\(place.partition)]@\(place.offset): rejected: \(reason)",
      [.field("topic", options.topic), .field("partition", place.partition), .field("offset", place.offset)])
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
