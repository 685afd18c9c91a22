import CommandArguments
import FoundationEssentials
import FrameLatency
import KafkaTransport

extension TopicCommand {
  struct Describe: Command {
    static let about = CommandText(
      "describe", "Show a topic's partitions and settings.",
      discussion: """
        Of each partition: the broker that leads it, the brokers that hold it, those of them that are in sync, the
        first offset kept, the one after the last record, and its bytes on the leader's disk. What is not known is
        a -, with the reason below, and exit code 2.
        """,
      examples: [
        "framefeed topic describe frames",
        "framefeed topic describe frames --all",
      ])
    static let arguments: [Argument<Describe>] = [
      .topicOperand(\.topic),
      .flag(\.all, "all", "Also settings inherited from the broker."),
      .flag(\.json, "json", "Print JSON."),
      .group(\.brokerOptions),
    ]

    var topic = ""
    var all = false
    var json = false
    var brokerOptions = BrokerOptions()

    func run() async throws {
      let kafka = try brokerOptions.kafka()
      let admin = try TopicAdmin(kafka)
      guard let topic = try admin.describe(topic) else {
        throw Failure(TransportError.topicMissing(topic, broker: kafka.broker))
      }
      let picture = try TopicPicture(topic, admin, all: all)
      print(json ? try picture.json() : picture.text)
      if picture.isIncomplete { throw ExitCode.incomplete }
    }
  }

  struct List: Command {
    static let about = CommandText(
      "list", "List the topics.",
      examples: [
        "framefeed topic list",
        "framefeed topic list --all --json",
      ])
    static let arguments: [Argument<List>] = [
      .flag(\.all, "all", "Also Kafka's internal topics, whose names begin with two underscores."),
      .flag(\.json, "json", "Print JSON."),
      .group(\.brokerOptions),
    ]

    var all = false
    var json = false
    var brokerOptions = BrokerOptions()

    private struct Row: Encodable {
      let topic: String
      let partitions: Int
      let replication: Int
    }

    func run() async throws {
      let kafka = try brokerOptions.kafka()
      let cluster = try TopicAdmin(kafka).cluster()
      let rows = cluster.partitions.filter { all || !$0.key.hasPrefix("__") }.sorted { $0.key < $1.key }.map {
        Row(
          topic: $0.key, partitions: $0.value.count,
          replication: $0.value.map(\.replicas.count).min() ?? 0)
      }
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return print(String(decoding: try encoder.encode(rows), as: UTF8.self))
      }
      let head = [["topic", "partitions", "replication"]]
      let lines = TextTable.aligned(head + rows.map { [$0.topic, "\($0.partitions)", "\($0.replication)"] })
      print(lines.joined(separator: "\n"))
      // Brokers silently omit topics that this login may not describe.
      if Login(kafka).isUsed {
        Console.shared.line("only topics that this login may see (Describe) are listed")
      }
    }
  }
}
