import FoundationEssentials
import FrameLatency
public import KafkaTransport

/// Looks at a broker, a topic and the client's settings for what frames of a size need.
public struct Doctor: Sendable {
  public typealias Finding = DoctorReport.Finding

  public var topic: String
  /// Largest payload, bytes.
  public var payloadBytes: Int
  /// Frames a second of each feed.
  public var fps: Double
  public var feeds: Int
  public var kafka: KafkaSettings

  public init(topic: String, payloadBytes: Int, fps: Double, feeds: Int, kafka: KafkaSettings) {
    self.topic = topic
    self.payloadBytes = payloadBytes
    self.fps = fps
    self.feeds = feeds
    self.kafka = kafka
  }

  /// With headers and framing, bytes.
  var record: Int { payloadBytes + FrameProducer.overhead }
  /// Of all feeds, bytes a second.
  var rate: Double { Double(record) * fps * Double(feeds) }

  /// The command that sets something of the topic.
  func change(_ settings: String, comment: String = "") -> String {
    "framefeed topic create \(topic) --update \(settings) \(kafka.broker.arguments)"
      + (comment.isEmpty ? "" : "  # \(comment)")
  }

  /// Twice the need, in whole millions: room for the next, larger frame.
  static func roomy(_ bytes: Int) -> Int { (bytes * 2 / 1_000_000 + 1) * 1_000_000 }

  /// Looks. Blocks the calling thread for a second or so.
  /// - Throws: when no broker answers.
  public func examine() throws(TransportError) -> DoctorReport {
    let admin = try TopicAdmin(kafka)
    let cluster = try admin.cluster()
    let description = try admin.describe(topic)
    var findings = [self.brokers(cluster), Self.library(.inUse)]
    findings += brokerLimit(admin, cluster)
    if let description {
      findings +=
        TopicExamination(
          doctor: self, topic: description, isLocal: cluster.isLocalDevelopmentBroker
        ).findings
    } else {
      findings.append(
        Finding(
          level: .fails, subject: "topic", text: "\(topic) does not exist",
          remedy: "framefeed topic create \(topic) --partitions \(feeds) "
            + "--max-message-bytes \(max(Self.roomy(record), TopicSettings.defaultMaximumRecord)) \(kafka.broker.arguments)"
        ))
    }
    let largest = description?.maximumRecord ?? Self.roomy(record)
    let settings = try SettingTable.rows(
      kafka, largestRecord: largest, brokerIgnoresFetchLimits: cluster.isLocalDevelopmentBroker)
    findings += client(settings)
    findings.append(clock(admin))
    return DoctorReport(
      broker: kafka.brokers, topic: topic, payloadBytes: payloadBytes, fps: fps, feeds: feeds,
      versions: Versions.all, findings: findings, settings: settings)
  }

  private func brokers(_ cluster: Cluster) -> Finding {
    guard cluster.isLocalDevelopmentBroker else {
      return Finding(
        level: .good, subject: "brokers",
        text: "\(cluster.brokers.count) answer, \(cluster.topics.count) topics")
    }
    return Finding(
      level: .note, subject: "brokers",
      text: "this is the local development broker: it keeps everything in memory, loses it when killed, and "
        + "its latencies are not those of Apache Kafka")
  }

  /// The broker's limit is what topics without their own have.
  private func brokerLimit(_ admin: TopicAdmin, _ cluster: Cluster) -> [Finding] {
    guard let broker = cluster.brokers.first, let settings = try? admin.brokerSettings(broker),
      let limit = settings["message.max.bytes"].flatMap({ Int($0) })
    else {
      return [
        Finding(
          level: .note, subject: "broker limit",
          text: "broker does not tell message.max.bytes; topics made by framefeed have a limit of their own")
      ]
    }
    if limit >= record {
      return [Finding(level: .good, subject: "broker limit", text: "message.max.bytes is \(limit)")]
    }
    return [
      Finding(
        level: .note, subject: "broker limit",
        text:
          "message.max.bytes is \(limit), less than a record of \(record) bytes: a topic needs a limit of "
          + "its own, and one that is created by sending to it will refuse frames")
    ]
  }

  private func client(_ settings: [DoctorReport.Setting]) -> [Finding] {
    func value(_ name: String) -> Int? {
      settings.first { $0.name == name }.flatMap { Int($0.effective) }
    }
    var findings: [Finding] = []
    for (name, why) in [
      ("message.max.bytes", "the producer will refuse frames"),
      ("receive.message.max.bytes", "the consumer will never get past a frame"),
      ("fetch.max.bytes", "the consumer fetches each frame alone"),
    ] {
      // Without a limit of the user's own it is the topic's, which is looked at apart.
      guard kafka.value(name) != nil, let limit = value(name), limit < record else { continue }
      let grave = name != "fetch.max.bytes"
      findings.append(
        Finding(
          level: grave ? .fails : .hurts, subject: "client limit",
          text: "\(name) is \(limit), less than a record of \(record) bytes: \(why)",
          remedy: "-X \(name)=\(Self.roomy(record))"))
    }
    if let linger = value("linger.ms"), linger > 0, record < value("batch.size") ?? 0 {
      findings.append(
        Finding(
          level: .hurts, subject: "client settings",
          text: "linger.ms is \(linger): each frame smaller than batch.size waits that long for company",
          remedy: "-X linger.ms=0"))
    }
    if findings.isEmpty {
      findings.append(
        Finding(level: .good, subject: "client limits", text: "a record of \(record) bytes passes"))
    }
    return findings
  }

  private func clock(_ admin: TopicAdmin) -> Finding {
    let subject = "clock"
    let name = "framefeed-doctor-" + UUID().uuidString.prefix(8).lowercased()
    var settings = TopicSettings()
    settings.configuration["message.timestamp.type"] = "LogAppendTime"
    do throws(TransportError) {
      try admin.create(name, settings)
      defer { try? admin.delete(name) }
      guard let offset = try BrokerClock.offset(kafka, topic: name) else {
        return Finding(
          level: .note, subject: subject,
          text:
            "the broker does not stamp records with its own time (LogAppendTime), so its clock cannot be read"
        )
      }
      let (off, bound) = (Double(offset.nanoseconds) / 1e6, Double(offset.bound) / 1e6)
      let text = "the broker's is \(off.fixed(1)) ms from this host's, within \(bound.fixed(1)) ms"
      guard abs(off) > max(50, 2 * bound) else { return Finding(level: .good, subject: subject, text: text) }
      return Finding(
        level: .hurts, subject: subject,
        text: text + ": latencies between hosts whose clocks differ like this are wrong by as much",
        remedy: "chronyc tracking  # on both hosts; install chrony where it is missing")
    } catch {
      return Finding(level: .note, subject: subject, text: "the broker's cannot be read: \(error)")
    }
  }
}
