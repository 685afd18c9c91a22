import CRDKafka
import FrameCore

/// Finds out whether a broker keeps this client back for a quota, by sending.
public enum QuotaProbe {
  /// Sends so much to a topic and waits until the broker has it.
  ///
  /// Kafka measures over ten seconds (`quota.window.num`, `quota.window.size.seconds`): what is seen is a quota of less
  /// than a tenth of the bytes a second.
  /// - Parameters:
  ///   - topic: takes records of 1 MB.
  ///   - bytes: of all records.
  /// - Returns: how long the broker kept an answer back at most, ms; 0 when it did not.
  public static func throttle(
    _ settings: KafkaSettings, topic name: String, bytes: Int
  ) throws(TransportError) -> Int {
    let events = ClientEvents(log: nil)
    let client = try KafkaClient(
      RD_KAFKA_PRODUCER, settings,
      preset: SettingsPreset.producer(largestRecord: 2_000_000, inFlightBytes: 4 << 20, user: settings),
      events: events)
    let topic = try TopicHandle(name, client)
    try topic.connect(milliseconds: 10_000)
    let payload = [UInt8](repeating: 0, count: min(bytes, 500_000))
    let deadline = FrameClock.monotonic() + 10_000_000_000
    var sent = 0
    // What comes behind a throttled answer would only wait.
    while sent < bytes, events.throttling.milliseconds == 0, FrameClock.monotonic() < deadline {
      let code = payload.withUnsafeBytes { bytes in
        rd_kafka_produce(
          topic.pointer, 0, RD_KAFKA_MSG_F_COPY, UnsafeMutableRawPointer(mutating: bytes.baseAddress),
          bytes.count,
          nil, 0, nil)
      }
      if code == 0 { sent += payload.count }
      client.poll(milliseconds: code == 0 ? 0 : 10)
    }
    while rd_kafka_outq_len(client.handle) > 0, events.throttling.milliseconds == 0,
      FrameClock.monotonic() < deadline
    {
      client.poll(milliseconds: 10)
    }
    // Records that wait for the quota are of no use to anybody.
    rd_kafka_purge(client.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    return events.throttling.milliseconds
  }
}
