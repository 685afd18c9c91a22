import CommandArguments
import FoundationEssentials
import KafkaTransport

/// `framefeed topic`: manages topics for frames.
enum TopicCommand {
  static let node = CommandNode(
    CommandText("topic", "Create, list, describe and delete topics; see how far a group is behind."),
    [
      CommandNode(Create.self), CommandNode(List.self), CommandNode(Describe.self), CommandNode(Lag.self),
      CommandNode(Delete.self),
    ])

  struct Create: Command {
    static let about = CommandText(
      "create", "Create a topic that accepts frames.",
      examples: [
        "framefeed topic create frames --partitions 4",
        "framefeed topic create frames --retention-bytes 2000000000",
        "framefeed topic create frames --update --config max.message.bytes=40000000",
      ])
    static let arguments: [Argument<Create>] = [
      .topicOperand(\.topic),
      .option(
        \.partitions, "partitions", allowed: .range(1...10_000),
        "How many sinks of one group can share it (default: 1)."),
      .option(
        \.replication, "replication", allowed: .atLeast(1),
        "Replicas of each partition (default: the brokers')."
      ).alias("replication-factor"),
      .option(
        \.maxMessageBytes, "max-message-bytes", value: "bytes", allowed: .atLeast(1),
        "Largest record it accepts (default: 15000000)."),
      .option(\.flushMessages, "flush-messages", value: "n", "Write to disk after this many records."),
      .option(\.retentionBytes, "retention-bytes", value: "bytes", "Keep this much of each partition."),
      .option(\.retentionMs, "retention-ms", value: "ms", "Keep records this long."),
      .option(\.config, "config", value: "key=value", "Any topic setting of Kafka; repeatable."),
      .flag(\.update, "update", "Change a topic that exists; other settings stay unchanged."),
      .group(\.brokerOptions),
    ]

    var topic = ""
    var partitions: Int?
    var replication: Int?
    var maxMessageBytes: Int?
    var flushMessages: Int?
    var retentionBytes: Int?
    var retentionMs: Int?
    var config: [KeyValue] = []
    var update = false
    var brokerOptions = BrokerOptions()

    func run() async throws {
      let wanted = try configuration()
      if update {
        guard replication == nil else {
          throw Failure("--replication: cannot be changed here; kafka-reassign-partitions.sh moves replicas")
        }
        guard partitions != nil || !wanted.isEmpty else {
          throw Failure("--update: say what to change, as in --max-message-bytes 40000000")
        }
      }
      let admin = try TopicAdmin(brokerOptions.kafka())
      if update {
        var changes = try grow(admin).map { [$0] } ?? []
        if !wanted.isEmpty { changes += try admin.update(topic, configuration: wanted).map { "\($0)" } }
        print(
          changes.isEmpty
            ? "topic \(topic) has these settings already: nothing to change"
            : "changed topic \(topic): \(changes.joined(separator: ", "))")
      } else {
        let partitions = partitions ?? 1
        let settings = TopicSettings(
          partitions: partitions, replication: replication, configuration: wanted)
        try admin.create(topic, settings)
        print("created topic \(topic) with \(partitions) partition\(partitions == 1 ? "" : "s")")
      }
      // Not every broker returns its settings, which is not a failure of the command.
      if let retention = try? admin.describe(topic)?.retention {
        Console.shared.line(RetentionText.example(topic, retention))
      }
    }

    /// Adds partitions up to the requested number. No error if the topic has that many.
    /// - Returns: the change as text; `nil` without a change.
    private func grow(_ admin: TopicAdmin) throws -> String? {
      guard let partitions else { return nil }
      guard let now = try admin.describe(topic)?.partitions else {
        throw Failure(TransportError.topicMissing(topic, broker: admin.broker))
      }
      guard now != partitions else { return nil }
      if now > partitions {
        throw Failure(
          "--partitions \(partitions): topic \(topic) has \(now), and a topic cannot lose any", code: .failed)
      }
      try admin.grow(topic, to: partitions)
      return "\(partitions) partitions (were \(now))"
    }

    private func configuration() throws -> [String: String] {
      // An update changes only the settings that are named.
      var result: [String: String] = [:]
      if let bytes = maxMessageBytes ?? (update ? nil : TopicSettings.defaultMaximumRecord) {
        result["max.message.bytes"] = "\(bytes)"
      }
      if let flushMessages { result["flush.messages"] = "\(flushMessages)" }
      if let retentionBytes { result["retention.bytes"] = "\(retentionBytes)" }
      if let retentionMs { result["retention.ms"] = "\(retentionMs)" }
      for entry in config {
        result[entry.key] = entry.value
      }
      return result
    }
  }

  struct Lag: Command {
    static let about = CommandText(
      "lag", "Show how far a group of sinks is behind.",
      examples: [
        "framefeed topic lag frames --group framefeed"
      ])
    static let arguments: [Argument<Lag>] = [
      .topicOperand(\.topic),
      .option(\.group, "group", "The group of sinks."),
      .flag(\.json, "json", "Print JSON."),
      .group(\.brokerOptions),
    ]

    var topic = ""
    var group = "framefeed"
    var json = false
    var brokerOptions = BrokerOptions()

    func run() async throws {
      let lag = try TopicAdmin(brokerOptions.kafka()).lag(topic, group: group)
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        print(String(decoding: try encoder.encode(lag), as: UTF8.self))
      } else {
        print(LagTable(lag, group: group).text, terminator: "")
      }
      // The lag of all partitions, or of some, is unknown.
      if lag.allSatisfy({ $0.end == nil && $0.committed == nil }) { throw ExitCode.failed }
      if lag.contains(where: { $0.lag == nil }) { throw ExitCode.incomplete }
    }
  }

  struct Delete: Command {
    static let about = CommandText(
      "delete", "Delete a topic with all its records.",
      examples: [
        "framefeed topic delete frames"
      ])
    static let arguments: [Argument<Delete>] = [
      .topicOperand(\.topic),
      .group(\.brokerOptions),
    ]

    var topic = ""
    var brokerOptions = BrokerOptions()

    func run() async throws {
      try TopicAdmin(brokerOptions.kafka()).delete(topic)
      print("deleted topic \(topic)")
    }
  }
}
