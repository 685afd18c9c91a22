import KafkaTransport

/// Checks whether a topic keeps its frames, and stays available, when a broker is down.
struct ReplicaExamination {
  typealias Finding = DoctorReport.Finding

  let doctor: Doctor
  let topic: TopicDescription
  let brokers: Int
  /// Whether sources wait for all in-sync replicas (`acks=all`); otherwise `min.insync.replicas` does not apply.
  let waitsForAll: Bool

  private static let subject = "replicas"

  var findings: [Finding] {
    let findings = [leaderless, tooFew, behind, lonely, noSpareReplica, unclean].compactMap { $0 }
    if !findings.isEmpty { return findings }
    return [
      Finding(
        level: .good, subject: Self.subject,
        text: "\(topic.replication) of each partition, \(least.map { "\($0) needed, " } ?? "")all in sync")
    ]
  }

  /// The value of `min.insync.replicas`; `nil` if unknown.
  private var least: Int? { topic.configuration["min.insync.replicas"].flatMap { Int($0.value) } }

  private var leaderless: Finding? {
    let without = topic.layout.filter { $0.leader == nil }
    guard !without.isEmpty else { return nil }
    let holders = Set(without.flatMap(\.replicas)).sorted().map { "\($0)" }.joined(separator: ", ")
    return Finding(
      level: .fails, subject: Self.subject,
      text:
        "\(names(without)) no leader: nothing can be sent to or read from there; restart broker \(holders)"
    )
  }

  private var tooFew: Finding? {
    guard let least, waitsForAll else { return nil }
    // Brokers of Kafka 4 require no more than exist.
    let refusing = topic.layout.filter { $0.leader != nil && $0.inSync.count < min(least, $0.replicas.count) }
    guard let first = refusing.first else { return nil }
    let away = Set(refusing.flatMap { Set($0.replicas).subtracting($0.inSync) }).sorted()
    return Finding(
      level: .fails, subject: Self.subject,
      text:
        "\(names(refusing)) \(first.inSync.count) of min.insync.replicas \(least) in sync: sources cannot send; "
        + "restart broker \(away.map { "\($0)" }.joined(separator: ", "))",
      remedy: first.inSync.isEmpty
        ? nil
        : doctor.change(
          "--config min.insync.replicas=\(refusing.map(\.inSync.count).min() ?? 1)", comment: "until then"))
  }

  private var behind: Finding? {
    let behind = topic.layout.filter { $0.leader != nil && $0.inSync.count < $0.replicas.count }
    guard !behind.isEmpty, tooFew == nil else { return nil }
    let away = Set(behind.flatMap { Set($0.replicas).subtracting($0.inSync) }).sorted()
    return Finding(
      level: .hurts, subject: Self.subject,
      text: "\(names(behind)) fewer in-sync replicas than replicas: broker "
        + "\(away.map { "\($0)" }.joined(separator: ", ")) is down or behind")
  }

  private var lonely: Finding? {
    guard topic.replication == 1 else { return nil }
    let text =
      "each partition is on one broker only: when it is down the feed stops, and with its disk the frames are lost"
    guard brokers > 1 else {
      return Finding(level: .note, subject: Self.subject, text: text + "; there is one broker")
    }
    return Finding(
      level: .hurts, subject: Self.subject, text: text,
      remedy: "framefeed topic create NAME --partitions \(topic.partitions) --replication \(min(3, brokers)) "
        + "\(doctor.kafka.broker.arguments)  # a new topic; kafka-reassign-partitions.sh changes one that exists"
    )
  }

  private var noSpareReplica: Finding? {
    guard let least, waitsForAll, topic.replication > 1, least >= topic.replication else { return nil }
    return Finding(
      level: .hurts, subject: Self.subject,
      text:
        "min.insync.replicas is \(least) of \(topic.replication) replicas: one broker down stops the feed",
      remedy: doctor.change("--config min.insync.replicas=\(topic.replication - 1)"))
  }

  private var unclean: Finding? {
    guard topic.configuration["unclean.leader.election.enable"]?.value == "true" else { return nil }
    return Finding(
      level: .hurts, subject: "election",
      text:
        "unclean.leader.election.enable is true: a broker that lacks acknowledged frames may become leader, and they are lost",
      remedy: doctor.change("--config unclean.leader.election.enable=false"))
  }

  private func names(_ partitions: [TopicPartition]) -> String {
    let numbers = partitions.map { "\($0.number)" }.joined(separator: ", ")
    return partitions.count == 1 ? "partition \(numbers) has" : "partitions \(numbers) have"
  }
}
