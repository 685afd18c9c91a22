/// The result of one record, reported once, on the producer's own thread.
public struct Delivery: Sendable {
  /// The frame's sequence number; `nil` for the record that ends a run.
  public let sequence: Int?
  /// Payload bytes.
  public let bytes: Int
  /// When a client first got it and when the broker's answer arrived, ns since the Unix epoch.
  public let sent: Int64
  public let answered: Int64
  /// The reason why it was not delivered; `nil` when the broker has it.
  public let error: TransportError?
  /// Whether the broker refused the record: it does not have it then. Without any answer it may have it.
  public let isRefused: Bool

  /// Whether this is the record that ends a run.
  public var isEnd: Bool { sequence == nil }

  init(
    _ record: OutgoingRecord, _ error: TransportError?, answered: Int64, topic: String, brokers: NamedBroker
  ) {
    sequence = record.sequence
    bytes = record.bytes
    sent = record.sent
    self.answered = answered
    isRefused = error?.isRefusal ?? false
    self.error = error?.remedied(topic: topic, bytes: record.bytes, limit: nil, brokers)
  }
}

extension TransportError {
  /// Returns the error for a record that was sent and not delivered, with what to do as far as its code tells.
  static func undelivered(_ action: String, _ code: KafkaCode) -> TransportError {
    let detail = code == .messageTimedOut ? "no broker has acknowledged it within message.timeout.ms" : nil
    return .kafka(action: action, code: code, detail: detail)
  }

  /// Whether a broker has refused a record.
  var isRefusal: Bool {
    switch self {
    case .denied, .tooLargeForTopic: true
    // librdkafka's own codes are negative.
    case .kafka(_, let code, _): code.rawValue > 0
    default: false
    }
  }

  /// Returns the refusal of a record, with what to do about it.
  /// - Parameters:
  ///   - bytes: the size of the record's payload.
  ///   - limit: the topic's limit, if known.
  func remedied(
    topic: String, bytes: Int, limit: @autoclosure () -> Int?, _ brokers: NamedBroker
  ) -> TransportError {
    guard case .kafka(let action, let code, _) = self else { return self }
    switch code {
    case .messageTooLarge:
      return .tooLargeForTopic(
        topic: topic, bytes: bytes + FrameProducer.overhead, limit: limit(), broker: brokers)
    case .invalidTimestamp:
      return .kafka(
        action: action, code: code,
        detail:
          "the topic refuses the record's time; set this machine's clock, or let the topic accept any: "
          + "framefeed topic create \(topic) --update --config message.timestamp.after.max.ms=\(Int64.max) "
          + "--config message.timestamp.before.max.ms=\(Int64.max) \(brokers.arguments)")
    default: return self
    }
  }

  /// A short name of the error, the same for all records.
  public var kind: String {
    switch self {
    case .kafka(_, let code, _): code.name
    case .tooLargeForTopic: "too large"
    default: "\(self)"
    }
  }
}
