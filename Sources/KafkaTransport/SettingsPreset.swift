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
    ]
    // Lossless and in order by default. Not with settings it forbids: those are the user's choice.
    let acks = user.value("acks") ?? user.value("request.required.acks")
    if acks == nil || acks == "all" || acks == "-1" { settings.append(("enable.idempotence", "true")) }
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
    if brokerIgnoresFetchLimits { settings.append(("receive.message.max.bytes", "\(unboundedResponse)")) }
    guard user.preset == .lowLatency else { return settings }
    settings += lowLatencyOfBoth
    settings += [
      ("fetch.wait.max.ms", "10"),  // 500 by default; brokers answer at once when a byte is there
      ("fetch.message.max.bytes", "\(max(largestRecord, 1_048_576))"),  // smaller ones double per retry
      ("fetch.error.backoff.ms", "10"),  // 500 by default
      // What a slow model lets pile up: 64 MiB, or four of the largest records. Crossing either of these stops the
      // fetching until there is room; what looks for room again in time is below and ``FetchPause``.
      ("queued.max.messages.kbytes", "\(min(max(65_536, largestRecord / 1024 * 4), 2_097_151))"),
      ("queued.min.messages", "1000000"),
      ("check.crcs", "true"),  // a flipped bit is an error, not a picture
      // 45000 by default: so long the partitions of a sink that was killed stand still. A sink that is only
      // slow to answer sends heartbeats all the same, and one that is taken for dead costs a second reading,
      // which is counted. Kafka's own value until 3.0.
      ("session.timeout.ms", "10000"),
    ]
    // 1000 by default: a sink that empties its queue sooner waits for the rest of the second.
    if looksForRoom { settings.append((roomBackoff, "10")) }
    if GroupProtocol(user) == .consumer { settings.removeAll { GroupProtocol.ofBrokers.contains($0.0) } }
    return settings
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
