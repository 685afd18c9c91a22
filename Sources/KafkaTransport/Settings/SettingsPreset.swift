/// The settings of FrameFeed, which the user's own override.
///
/// Each value's reason is beside it; the measurements are those of librdkafka 2.0.2.
public enum SettingsPreset: String, Sendable, CaseIterable {
  /// Better values where librdkafka's defaults cost milliseconds or lose frames.
  case lowLatency = "low-latency"
  /// librdkafka's defaults, and only what frames need to pass at all: the baseline of comparisons.
  case librdkafka

  /// The largest `message.max.bytes` of librdkafka, bytes.
  public static let largestRecord = 1_000_000_000
  /// The largest response that a client accepts when the broker ignores its fetch limits, bytes.
  static let unboundedResponse = 2_000_000_000

  /// - Parameters:
  ///   - largestRecord: the largest record that the topic accepts, bytes.
  ///   - inFlightBytes: the most payload bytes under way at a time.
  static func producer(largestRecord: Int, inFlightBytes: Int, user: KafkaSettings) -> [(String, String)] {
    var settings = needed
    // 1,000,000 by default: a 1080p frame is refused.
    settings.append(("message.max.bytes", "\(largestRecord)"))
    guard user.preset == .lowLatency else { return settings }
    settings += lowLatencyOfBoth
    settings += [
      ("linger.ms", "0"),  // 5 by default: each frame would wait for others
      // The producer's own limit is below this, so it is never reached; 1 GiB by default.
      ("queue.buffering.max.kbytes", "\(max(inFlightBytes, largestRecord) / 1024 * 2 + 1024)"),
      ("acks", "all"),
      // consistent_random by default: a feed would go to another partition than with Java's, Python's and Flink's
      // clients.
      ("partitioner", "murmur2_random"),
    ]
    // Lossless and in order by default. Not with settings that idempotence forbids: those are the user's choice.
    let acks = user.value("acks") ?? user.value("request.required.acks")
    if acks == nil || acks == "all" || acks == "-1" {
      settings += [
        ("enable.idempotence", "true"),
        // 1000000 by default. With more than one, librdkafka (2.0.2 to 2.16.0) may store a frame twice: if a request is
        // written and not answered, and the one after the next is refused as out of order, it begins a new epoch and
        // sends the first again. A broker processes one request of a connection at a time, so more of them gain
        // nothing.
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
      // At least once: a frame counts as read when the model has returned its result.
      ("enable.auto.offset.store", "false"),
      ("enable.partition.eof", "true"),  // reports the end of a partition
      // A position that the log does not have is reported, not replaced silently.
      ("auto.offset.reset", "error"),
      // 300000 by default: new partitions of a topic would not be read for that long.
      ("topic.metadata.refresh.interval.ms", "5000"),
    ]
    settings.append(
      contentsOf: received(largestRecord, brokerIgnoresFetchLimits: brokerIgnoresFetchLimits, user: user))
    guard user.preset == .lowLatency else { return settings }
    settings += lowLatencyOfBoth
    settings += [
      // A value too small costs a second fetch, as librdkafka then doubles it; brokers return a larger record whole all
      // the same. At most the limit for all partitions of a response (`fetch.max.bytes`).
      ("fetch.message.max.bytes", "\(min(max(largestRecord, 1_048_576), 52_428_800))"),
      ("fetch.error.backoff.ms", "10"),  // 500 by default
      // The backlog of a slow model: 64 MiB, or four of the largest records, but never more than 256 MiB, whatever the
      // topic accepts: a larger record is fetched all the same. Exceeding either of these stops fetching until there is
      // room; the check for room is below and in ``FetchPause``.
      ("queued.max.messages.kbytes", "\(min(max(65_536, largestRecord / 1024 * 4), 262_144))"),
      ("queued.min.messages", "1000000"),
      ("check.crcs", "true"),  // a flipped bit is an error, not a wrong picture
      // How long the partitions of a killed sink are not read; `--name` and `--assign` avoid that wait. Kafka's own
      // default: a leader that dies may be the group's coordinator, and brokers that are all killed need half a minute
      // to come back: with 10 s, and with 30 s, sinks gave up their partitions meanwhile (docs/kafka.md).
      ("session.timeout.ms", "45000"),
    ]
    // 1000 by default: a sink that empties its queue sooner waits for the rest of the second.
    if looksForRoom { settings.append((roomBackoff, "10")) }
    if GroupProtocol(user) == .consumer { settings.removeAll { GroupProtocol.ofBrokers.contains($0.0) } }
    return settings
  }

  /// Returns the setting for the largest response that the client accepts: 100 MB by default, with which it never gets
  /// past a larger record.
  private static func received(
    _ largestRecord: Int, brokerIgnoresFetchLimits: Bool, user: KafkaSettings
  ) -> [(String, String)] {
    if brokerIgnoresFetchLimits { return [("receive.message.max.bytes", "\(unboundedResponse)")] }
    // librdkafka would not start with less than the user's fetch.max.bytes.
    let needed = max(largestRecord + 1_048_576, (user.number("fetch.max.bytes") ?? 0) + 512)
    return needed > 100_000_000 ? [("receive.message.max.bytes", "\(min(needed, unboundedResponse))")] : []
  }

  private static let roomBackoff = "fetch.queue.backoff.ms"
  /// Whether the librdkafka in use has a setting for how often to check for room in a full queue (2.2 and newer).
  static let looksForRoom = ClientConfiguration().value(of: roomBackoff) != nil

  private static let needed = [("client.id", "framefeed")]

  private static let lowLatencyOfBoth = [
    ("socket.nagle.disable", "true"),  // Nagle costs tens of ms in some patterns; default since 2.10
    // 10000 by default: a feed might wait that long after its broker is back.
    ("reconnect.backoff.max.ms", "1000"),
  ]
}
