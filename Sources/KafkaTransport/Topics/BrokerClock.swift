import CRDKafka
import FrameCore

/// How far a broker's clock is from this host's.
public struct ClockOffset: Sendable, Equatable {
  /// The broker's clock minus this host's, ns.
  public let nanoseconds: Int64
  /// The offset is right within this much either way, ns.
  public let bound: Int64
  /// Whether the clocks agree as far as can be told.
  public var isNone: Bool { abs(nanoseconds) <= bound }
}

/// Reads a broker's clock from the times it appends records at.
public enum BrokerClock {
  /// Sends small records to a topic that is stamped by the broker and keeps the one that was answered fastest:
  /// the broker's time lies between sending and answer (Cristian's algorithm, Distributed Computing 3, 1989).
  /// - Parameters:
  ///   - topic: has `message.timestamp.type=LogAppendTime`.
  ///   - probes: records to send.
  /// - Returns: `nil` when the broker stamps no records.
  public static func offset(
    _ settings: KafkaSettings, topic name: String, probes: Int = 20
  ) throws(TransportError) -> ClockOffset? {
    let answers = Lock<[Answer]>([])
    let events = ClientEvents(
      log: nil,
      delivered: { message, _ in
        let now = FrameClock.now()
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let time = rd_kafka_message_timestamp(message, &kind)
        answers.withLock {
          $0.append(
            Answer(
              time: kind == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? time : nil, received: now,
              code: KafkaCode(message.pointee.err)))
        }
      })
    let client = try KafkaClient(
      RD_KAFKA_PRODUCER, settings,
      preset: SettingsPreset.producer(largestRecord: 1_000_000, inFlightBytes: 1 << 20, user: settings),
      events: events)
    let topic = try TopicHandle(name, client)
    try topic.connect(milliseconds: 10_000)
    var best: (trip: Int64, offset: Int64)?
    for _ in 0..<probes {
      answers.withLock { $0.removeAll() }
      let sent = FrameClock.now()
      var payload = UInt8(0)
      guard
        rd_kafka_produce(topic.pointer, 0, RD_KAFKA_MSG_F_COPY, &payload, 1, nil, 0, nil) == 0
      else { throw client.failure("sending to \(name)", KafkaCode(rd_kafka_last_error())) }
      let deadline = FrameClock.monotonic() + 10_000_000_000
      while answers.withLock({ $0.isEmpty }), FrameClock.monotonic() < deadline {
        client.poll(milliseconds: 10)
      }
      guard let answer = answers.withLock({ $0.first }) else {
        throw client.failure("sending to \(name)", .timedOut)
      }
      guard answer.code == .none else { throw client.failure("sending to \(name)", answer.code) }
      guard let time = answer.time else { return nil }
      let trip = answer.received - sent
      // Whole milliseconds, rounded down: the middle of the one it was.
      let offset = time * 1_000_000 + 500_000 - (sent + trip / 2)
      if best.map({ trip < $0.trip }) ?? true { best = (trip, offset) }
    }
    return best.map { ClockOffset(nanoseconds: $0.offset, bound: $0.trip / 2 + 500_000) }
  }

  private struct Answer {
    /// ms since the Unix epoch; `nil` when it is not the broker's.
    let time: Int64?
    let received: Int64
    let code: KafkaCode
  }
}
