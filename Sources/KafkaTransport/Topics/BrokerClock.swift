import CRDKafka
import FrameCore

/// The offset between a broker's clock and this host's.
public struct ClockOffset: Sendable, Equatable {
  /// The broker's clock minus this host's, ns.
  public let nanoseconds: Int64
  /// The largest error of the offset in either direction, ns.
  public let bound: Int64
  /// Whether the clocks agree within the bound.
  public var isNone: Bool { abs(nanoseconds) <= bound }
}

/// Measures a broker's clock by the times at which it appends records.
public enum BrokerClock {
  /// Sends small records to a topic with broker timestamps and uses the one answered fastest: the broker's time is
  /// between sending and answer (Cristian's algorithm, Distributed Computing 3, 1989).
  /// - Parameters:
  ///   - topic: has `message.timestamp.type=LogAppendTime`.
  ///   - probes: the number of records to send.
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
      // Timestamps are whole milliseconds, rounded down: half a millisecond is added.
      let offset = time * 1_000_000 + 500_000 - (sent + trip / 2)
      if best.map({ trip < $0.trip }) ?? true { best = (trip, offset) }
    }
    return best.map { ClockOffset(nanoseconds: $0.offset, bound: $0.trip / 2 + 500_000) }
  }

  private struct Answer {
    /// The append time, ms since the Unix epoch; `nil` if it is not the broker's.
    let time: Int64?
    let received: Int64
    let code: KafkaCode
  }
}
