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

  /// Whether this is the record that ends a run.
  public var isEnd: Bool { sequence == nil }

  init(_ record: OutgoingRecord, _ error: TransportError?, answered: Int64) {
    sequence = record.sequence
    bytes = record.bytes
    sent = record.sent
    self.answered = answered
    self.error = error
  }
}

extension TransportError {
  /// Why a record that was sent is not delivered, and what to do, as far as its code tells.
  static func undelivered(_ action: String, _ code: KafkaCode) -> TransportError {
    let detail: String? =
      switch code {
      case .messageTimedOut: "no broker has acknowledged it within message.timeout.ms"
      default: nil
      }
    return .kafka(action: action, code: code, detail: detail)
  }
}
