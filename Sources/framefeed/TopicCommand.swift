import ArgumentParser
import FoundationEssentials
import KafkaTransport

/// `framefeed topic`: topics made for frames.
struct TopicCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "topic", abstract: "Create, describe and delete topics; see how far a group is behind.",
    subcommands: [Create.self, Describe.self, Lag.self, Delete.self])

  /// The topic that a subcommand is about.
  struct Target: ParsableArguments {
    @Argument(help: "The topic's name.")
    var topic: String

    @OptionGroup var brokerOptions: BrokerOptions

    func admin() throws -> TopicAdmin { try TopicAdmin(brokerOptions.kafka()) }
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Create a topic that takes frames.",
      discussion: """
        EXAMPLES
          framefeed topic create frames --partitions 4
          framefeed topic create frames --retention-bytes 2000000000
          framefeed topic create frames --update --config max.message.bytes=40000000
        """)

    @OptionGroup var target: Target

    @Option(help: "How many sinks of one group can share it (default: 1).")
    var partitions: Int?

    @Option(help: "Copies of each partition (default: the brokers').")
    var replication: Int?

    @Option(help: ArgumentHelp("Largest record it takes.", valueName: "bytes"))
    var maxMessageBytes = TopicSettings.defaultMaximumRecord

    @Option(help: ArgumentHelp("Write to disk after so many records.", valueName: "n"))
    var flushMessages: Int?

    @Option(help: ArgumentHelp("Keep so much of each partition.", valueName: "bytes"))
    var retentionBytes: Int?

    @Option(help: ArgumentHelp("Keep records so long.", valueName: "ms"))
    var retentionMs: Int?

    @Option(help: ArgumentHelp("Any topic setting of Kafka; repeatable.", valueName: "key=value"))
    var config: [String] = []

    @Flag(help: "Change a topic that exists; what is not named stays.")
    var update = false

    func run() async throws {
      try await reportingFailures {
        if let partitions, !(1...10_000).contains(partitions) {
          throw Failure("--partitions \(partitions): expected 1...10000")
        }
        let admin = try target.admin()
        let wanted = try configuration()
        if update {
          if let partitions { try admin.grow(target.topic, to: partitions) }
          if !wanted.isEmpty { try admin.update(target.topic, configuration: wanted) }
          print("changed topic \(target.topic)")
        } else {
          let partitions = partitions ?? 1
          let settings = TopicSettings(
            partitions: partitions, replication: replication, configuration: wanted)
          try admin.create(target.topic, settings)
          print("created topic \(target.topic) with \(partitions) partition\(partitions == 1 ? "" : "s")")
        }
      }
    }

    private func configuration() throws -> [String: String] {
      // An update changes only what is named.
      var result: [String: String] = update ? [:] : ["max.message.bytes": "\(maxMessageBytes)"]
      if update, maxMessageBytes != TopicSettings.defaultMaximumRecord {
        result["max.message.bytes"] = "\(maxMessageBytes)"
      }
      if let flushMessages { result["flush.messages"] = "\(flushMessages)" }
      if let retentionBytes { result["retention.bytes"] = "\(retentionBytes)" }
      if let retentionMs { result["retention.ms"] = "\(retentionMs)" }
      for entry in config {
        guard let equals = entry.firstIndex(of: "="), equals > entry.startIndex else {
          throw Failure("--config \(entry): expected key=value")
        }
        result[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
      }
      return result
    }
  }

  struct Describe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a topic's partitions and settings.",
      discussion: """
        EXAMPLES
          framefeed topic describe frames
          framefeed topic describe frames --all
        """)

    @OptionGroup var target: Target

    @Flag(help: "Also settings inherited from the broker.")
    var all = false

    func run() async throws {
      try await reportingFailures {
        guard let topic = try target.admin().describe(target.topic) else {
          throw Failure(
            TransportError.topicMissing(target.topic, broker: try target.brokerOptions.kafka().brokers))
        }
        print("topic       \(topic.name)")
        print("partitions  \(topic.partitions)")
        let settings = topic.configuration.filter { all || $0.value.isOwn || $0.key == "max.message.bytes" }
        let width = settings.keys.map(\.count).max() ?? 0
        for (key, setting) in settings.sorted(by: { $0.key < $1.key }) {
          let padding = String(repeating: " ", count: width - key.count)
          print("  \(key)\(padding)  \(setting.value)\(setting.isOwn ? "" : "  (inherited)")")
        }
      }
    }
  }

  struct Lag: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show how far a group of sinks is behind.",
      discussion: """
        EXAMPLES
          framefeed topic lag frames --group framefeed
        """)

    @OptionGroup var target: Target

    @Option(help: "The group of sinks.")
    var group = "framefeed"

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
      try await reportingFailures {
        let lag = try target.admin().lag(target.topic, group: group)
        if json {
          let encoder = JSONEncoder()
          encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
          print(String(decoding: try encoder.encode(lag), as: UTF8.self))
          return
        }
        print("partition  beginning         end   committed         lag")
        for part in lag {
          let cells = [part.beginning, part.end].map { Self.right("\($0)", 10) }
          let committed = Self.right(part.committed.map { "\($0)" } ?? "-", 10)
          print(
            "\(Self.right("\(part.partition)", 9))  \(cells.joined(separator: "  "))  \(committed)  \(Self.right("\(part.lag)", 10))"
          )
        }
        print("\(lag.reduce(0) { $0 + $1.lag }) records behind")
      }
    }

    private static func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(0, width - text.count)) + text
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete a topic with all its records.",
      discussion: """
        EXAMPLES
          framefeed topic delete frames
        """)

    @OptionGroup var target: Target

    func run() async throws {
      try await reportingFailures {
        try target.admin().delete(target.topic)
        print("deleted topic \(target.topic)")
      }
    }
  }
}
