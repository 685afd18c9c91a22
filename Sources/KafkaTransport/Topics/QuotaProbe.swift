import CRDKafka
import FrameCore

/// Finds out by sending whether a broker throttles this client for a quota.
public enum QuotaProbe {
  /// Sends this many bytes to a topic and waits until the broker has them.
  ///
  /// Kafka measures over ten seconds (`quota.window.num`, `quota.window.size.seconds`): this detects a quota of less
  /// than a tenth of the bytes per second.
  /// - Parameters:
  ///   - topic: accepts records of 1 MB.
  ///   - bytes: the total size of the records.
  /// - Returns: the longest throttle time of the broker, ms; 0 if it did not throttle.
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
    // Records after a throttled answer would only wait.
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
    // Records that wait for the quota are not needed.
    rd_kafka_purge(client.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    return events.throttling.milliseconds
  }
}
