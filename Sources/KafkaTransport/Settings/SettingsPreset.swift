/// What FrameFeed sets before the user's own settings.
///
/// Each value's reason is beside it; the measurements are those of librdkafka 2.0.2.
public enum SettingsPreset: String, Sendable, CaseIterable {
  /// Where librdkafka's defaults cost milliseconds or lose frames, better ones.
  case lowLatency = "low-latency"
  /// librdkafka's defaults, and no more than frames need to pass at all: what others are compared with.
  case librdkafka

  /// Most one record may take with librdkafka (`message.max.bytes`), bytes.
  public static let largestRecord = 1_000_000_000
  /// What a client will take in one response when the broker ignores its fetch limits, bytes.
  static let unboundedResponse = 2_000_000_000

  /// - Parameters:
  ///   - largestRecord: what the topic takes, bytes.
  ///   - inFlightBytes: payload that may be under way at a time.
  static func producer(largestRecord: Int, inFlightBytes: Int, user: KafkaSettings) -> [(String, String)] {
    var settings = needed
    // 1,000,000 by default: a 1080p frame is refused.
    settings.append(("message.max.bytes", "\(largestRecord)"))
    guard user.preset == .lowLatency else { return settings }
    settings += lowLatencyOfBoth
    settings += [
      ("linger.ms", "0"),  // 5 by default: each frame would wait for company
      // Our own in-flight bound is below this, so it never trips; 1 GiB by default.
      ("queue.buffering.max.kbytes", "\(max(inFlightBytes, largestRecord) / 1024 * 2 + 1024)"),
      ("acks", "all"),
      // consistent_random by default: a feed would lie elsewhere than Java's, Python's and Flink's clients put its key.
      ("partitioner", "murmur2_random"),
    ]
    // Lossless and in order by default. Not with settings it forbids: those are the user's choice.
    let acks = user.value("acks") ?? user.value("request.required.acks")
    if acks == nil || acks == "all" || acks == "-1" {
      settings += [
        ("enable.idempotence", "true"),
        // 1000000 by default. With more than one, librdkafka (2.0.2 to 2.16.0) may store a frame twice: where a request
        // is written and not answered, and the next but one is refused as out of order, it begins a new epoch and sends
        // the first again. A broker works on one request of a connection at a time, so more of them gain nothing.
        ("max.in.flight.requests.per.connection", "1"),
      ]
    }
    return settings
  }

  static func consumer(
    largestRecord: Int, brokerIgnoresFetchLimits: Bool, user: KafkaSettings
  ) -> [(String, String)] {
    var settings = needed
    settings += [
      // At least once: a frame counts as read when the model has answered.
      ("enable.auto.offset.store", "false"),
      ("enable.partition.eof", "true"),  // tells when the end of what was sent is reached
      // A position that the log does not have is told, not replaced without a word.
      ("auto.offset.reset", "error"),
      // 300000 by default: so long partitions that are added to a topic would not be read.
      ("topic.metadata.refresh.interval.ms", "5000"),
    ]
    settings.append(
      contentsOf: received(largestRecord, brokerIgnoresFetchLimits: brokerIgnoresFetchLimits, user: user))
    guard user.preset == .lowLatency else { return settings }
    settings += lowLatencyOfBoth
    settings += [
      // One guess too small costs a second fetch, as librdkafka doubles it then; brokers give a larger record whole
      // all the same. No more than all partitions of an answer may have together (`fetch.max.bytes`).
      ("fetch.message.max.bytes", "\(min(max(largestRecord, 1_048_576), 52_428_800))"),
      ("fetch.error.backoff.ms", "10"),  // 500 by default
      // What a slow model lets pile up: 64 MiB, or four of the largest records, but never more than 256 MiB, whatever
      // a topic would take: a record that is larger is fetched all the same. Crossing either of these stops the
      // fetching until there is room; what looks for room again in time is below and ``FetchPause``.
      ("queued.max.messages.kbytes", "\(min(max(65_536, largestRecord / 1024 * 4), 262_144))"),
      ("queued.min.messages", "1000000"),
      ("check.crcs", "true"),  // a flipped bit is an error, not a picture
      // So long the partitions of a sink that was killed stand still; `--name` and `--assign` wait for nobody. Kafka's own
      // default: a leader that dies may be the group's coordinator, and brokers that are all killed take half a minute to
      // come back: with 10 s, and with 30 s, sinks gave up their partitions meanwhile (docs/kafka.md).
      ("session.timeout.ms", "45000"),
    ]
    // 1000 by default: a sink that empties its queue sooner waits for the rest of the second.
    if looksForRoom { settings.append((roomBackoff, "10")) }
    if GroupProtocol(user) == .consumer { settings.removeAll { GroupProtocol.ofBrokers.contains($0.0) } }
    return settings
  }

  /// What the client takes in one answer at most: 100 MB by default, and it never gets over a record that is larger.
  private static func received(
    _ largestRecord: Int, brokerIgnoresFetchLimits: Bool, user: KafkaSettings
  ) -> [(String, String)] {
    if brokerIgnoresFetchLimits { return [("receive.message.max.bytes", "\(unboundedResponse)")] }
    // librdkafka would not start with less than its user's fetch.max.bytes.
    let needed = max(largestRecord + 1_048_576, (user.number("fetch.max.bytes") ?? 0) + 512)
    return needed > 100_000_000 ? [("receive.message.max.bytes", "\(min(needed, unboundedResponse))")] : []
  }

  private static let roomBackoff = "fetch.queue.backoff.ms"
  /// Whether the librdkafka in use (2.2 and newer) can be told how often to look for room in a full queue.
  static let looksForRoom = ClientConfiguration().value(of: roomBackoff) != nil

  private static let needed = [("client.id", "framefeed")]

  private static let lowLatencyOfBoth = [
    ("socket.nagle.disable", "true"),  // Nagle costs tens of ms in some patterns; default since 2.10
    // 10000 by default: so long a feed may stand still after its broker is back.
    ("reconnect.backoff.max.ms", "1000"),
  ]
}
