/// What became of one record, told once, on the producer's own thread.
public struct Delivery: Sendable {
  /// Of the frame; `nil` for the record that ends a run.
  public let sequence: Int?
  /// Payload bytes.
  public let bytes: Int
  /// When it was first handed to a client and when the broker's answer was here, ns since the Unix epoch.
  public let sent: Int64
  public let answered: Int64
  /// `nil` when the broker has it.
  public let error: TransportError?
  /// Whether the broker said no: it does not have the record then. Without any answer it may.
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
  /// Why a record that was sent is not delivered, and what to do, as far as its code tells.
  static func undelivered(_ action: String, _ code: KafkaCode) -> TransportError {
    let detail = code == .messageTimedOut ? "no broker has acknowledged it within message.timeout.ms" : nil
    return .kafka(action: action, code: code, detail: detail)
  }

  /// Whether a broker has said no to a record.
  var isRefusal: Bool {
    switch self {
    case .denied, .tooLargeForTopic: true
    // librdkafka's own codes are negative.
    case .kafka(_, let code, _): code.rawValue > 0
    default: false
    }
  }

  /// The refusal of a record in words that say what mends it.
  /// - Parameters:
  ///   - bytes: the record's payload.
  ///   - limit: the topic's, where that is known.
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
          "the topic does not take the record's time; set this machine's clock, or let the topic take any: "
          + "framefeed topic create \(topic) --update --config message.timestamp.after.max.ms=\(Int64.max) "
          + "--config message.timestamp.before.max.ms=\(Int64.max) \(brokers.arguments)")
    default: return self
    }
  }

  /// What a reason is called, whatever record it is of.
  public var kind: String {
    switch self {
    case .kafka(_, let code, _): code.name
    case .tooLargeForTopic: "too large"
    default: "\(self)"
    }
  }
}
