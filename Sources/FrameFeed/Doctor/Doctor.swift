public import KafkaTransport

/// Checks a broker, a topic and the client's settings against the needs of frames of a given size.
public struct Doctor: Sendable {
  public typealias Finding = DoctorReport.Finding

  public var topic: String
  /// The largest payload, bytes.
  public var payloadBytes: Int
  /// Frames per second of each feed.
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

  /// The largest record with headers and framing, bytes.
  var record: Int { payloadBytes + FrameProducer.overhead }
  /// The rate of all feeds, bytes per second.
  var rate: Double { Double(record) * fps * Double(feeds) }

  /// Returns the command that changes a setting of the topic.
  func change(_ settings: String, comment: String = "") -> String {
    "framefeed topic create \(topic) --update \(settings) \(kafka.broker.arguments)"
      + (comment.isEmpty ? "" : "  # \(comment)")
  }

  /// Returns twice the size in whole millions, as room for larger frames.
  static func roomy(_ bytes: Int) -> Int { (bytes * 2 / 1_000_000 + 1) * 1_000_000 }

  /// Runs all checks. Blocks the calling thread for about a second.
  /// - Throws: when no broker answers.
  public func examine() throws(TransportError) -> DoctorReport {
    let admin = try TopicAdmin(kafka)
    let cluster = try admin.cluster()
    let isLocal = cluster.isLocalDevelopmentBroker
    var findings = [self.brokers(cluster), Self.library(.inUse)]
    findings += brokerLimit(admin, cluster)
    let description = try describe(admin, &findings)
    // Sources and sinks assume these sizes if the limit is unknown.
    let largest =
      description.map { $0.maximumRecord ?? TopicSettings.defaultMaximumRecord } ?? Self.roomy(record)
    let settings = try SettingTable.rows(
      kafka, largestRecord: largest, brokerIgnoresFetchLimits: isLocal)
    findings += ClientExamination(doctor: self, settings: settings, largestRecord: largest).findings
    let probe = ProbeTopic(doctor: self, admin: admin).examine()
    findings += probe.findings
    if let description {
      let waits = settings.first { $0.name == "acks" }.map { ["-1", "all"].contains($0.effective) } ?? true
      findings += TopicExamination(doctor: self, topic: description, isLocal: isLocal).findings
      findings +=
        ReplicaExamination(
          doctor: self, topic: description, brokers: cluster.brokers.count, waitsForAll: waits
        ).findings
      findings += TimestampExamination(doctor: self, topic: description, offset: probe.offset).findings
      findings += try feeds(admin, description, isLocal: isLocal)
    }
    return DoctorReport(
      broker: kafka.brokers, topic: topic, payloadBytes: payloadBytes, fps: fps, feeds: feeds,
      versions: Versions.all, findings: findings, settings: settings)
  }

  /// Returns the topic; `nil`, and a finding, if it does not exist or the login may not describe it.
  private func describe(
    _ admin: TopicAdmin, _ findings: inout [Finding]
  ) throws(TransportError) -> TopicDescription? {
    do throws(TransportError) {
      if let description = try admin.describe(topic) { return description }
      findings.append(
        Finding(
          level: .fails, subject: "topic", text: "\(topic) does not exist",
          remedy: "framefeed topic create \(topic) --partitions \(feeds) "
            + "--max-message-bytes \(max(Self.roomy(record), TopicSettings.defaultMaximumRecord)) \(kafka.broker.arguments)"
        ))
    } catch {
      guard case .denied(let denial) = error else { throw error }
      findings.append(
        Finding(
          level: .fails, subject: "topic", text: "\(topic) is not shown: \(denial.lack)",
          remedy: denial.remedy))
    }
    return nil
  }

  /// Returns findings on the partitions of the topic's feeds.
  private func feeds(
    _ admin: TopicAdmin, _ topic: TopicDescription, isLocal: Bool
  ) throws(TransportError) -> [Finding] {
    guard topic.partitions > 1 else { return [] }
    let extents = try admin.extents(of: topic.name, topic.layout).extents
    do throws(TransportError) {
      let places = try admin.feedPlaces(
        topic.name, extents, partitions: topic.partitions, brokerIgnoresFetchLimits: isLocal)
      let partitioner = try SettingValues.ofProducer(["partitioner"], kafka, largestRecord: record)
      return FeedExamination(places: places, partitioner: partitioner["partitioner"] ?? "").findings
    } catch {
      guard case .denied(let denial) = error else { throw error }
      return [
        Finding(
          level: .note, subject: "feeds", text: "on which partitions they are is not known: \(denial.lack)",
          remedy: denial.remedy)
      ]
    }
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

  /// Returns findings on the broker's limit, which applies to topics without their own.
  private func brokerLimit(_ admin: TopicAdmin, _ cluster: Cluster) -> [Finding] {
    var settings: [String: String] = [:]
    do throws(TransportError) {
      if let broker = cluster.brokers.first { settings = try admin.brokerSettings(broker) }
    } catch {
      if case .denied(let denial) = error {
        let text =
          "message.max.bytes is not known: \(denial.lack); topics made by framefeed have a limit of their own"
        return [Finding(level: .note, subject: "broker limit", text: text, remedy: denial.remedy)]
      }
    }
    guard let limit = settings["message.max.bytes"].flatMap({ Int($0) }) else {
      return [
        Finding(
          level: .note, subject: "broker limit",
          text: "broker does not report message.max.bytes; topics made by framefeed have a limit of their own"
        )
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
}
