import Foundation
import KafkaTransport
import Testing

@testable import FrameFeedCommand

/// What FrameFeed says of topics and groups, and where it puts feeds, beside Apache Kafka's own tools.
@Suite(
  .serialized, .enabled(if: kafkaHome != nil, "KAFKA_HOME names a directory with libs/ of Apache Kafka"),
  .enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with confluent-kafka"), .withKafka)
struct KafkaToolsTests {
  private func address() throws -> String { try #require(KafkaTrait.broker).address }

  private func tool(_ name: String, _ arguments: [String], input: String = "") throws -> Finished {
    try RunningCommand(
      "sh",
      [
        "-c",
        "printf '%s' \"$INPUT\" | java -Xmx256m -XX:TieredStopAtLevel=1 -cp \"$KAFKA_HOME/libs/*\" \"$@\"",
        name, "org.apache.kafka.tools.\(name)", "--bootstrap-server", try address(),
      ] + arguments, environment: ["INPUT": input]
    ).wait()
  }

  /// A key a line, at each of the partitions that hold it.
  private func places(_ topic: String) throws -> [String: Set<Int>] {
    let lines = try run(
      "kcat", "-C", "-b", try address(), "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%p %k\n")
    return lines.text.split(separator: "\n").reduce(into: [:]) { places, line in
      let words = line.split(separator: " ", maxSplits: 1)
      places[String(words[1]), default: []].insert(Int(words[0])!)
    }
  }

  /// Java's producer and FrameFeed's send the same keys.
  @Test(arguments: [3, 4, 7]) func aFeedLiesWhereJavaPutsIt(partitions: Int) throws {
    let kafka = KafkaSettings(brokers: try address())
    let topic = "places-\(partitions)"
    try TopicAdmin(kafka).create(topic, TopicSettings(partitions: partitions))
    let feeds =
      (0..<40).map { "camera-\($0)" } + ["Tür-Ä", "Ворота-3", "正门-二号", "カメラ1", "🛩️-1", "a", "ab", "é"]
    let sent = try tool(
      "ConsoleProducer",
      ["--topic", topic, "--reader-property", "parse.key=true", "--reader-property", "key.separator=:"],
      input: feeds.map { "\($0):java\n" }.joined())
    #expect(sent.code == 0, "\(sent.errors) \(sent.text)")
    let producer = try CopyingProducer(kafka, topic: topic)
    for feed in feeds { try producer.send(Array("own".utf8), key: feed) }
    try producer.flush()
    // The frames themselves, by the command.
    for feed in ["正门-二号", "camera-7"] {
      let streamed = try run(
        framefeed, "stream", "synthetic:64x48", "--frames", "2", "--fps", "max", "--topic", topic, "--feed",
        feed,
        "--quiet", "--broker", try address())
      #expect(streamed.code == 0, "\(streamed.errors)")
    }
    let places = try places(topic)
    #expect(places.count == feeds.count)
    for (feed, partitions) in places { #expect(partitions.count == 1, "\(feed): \(partitions)") }
  }

  private static let read = """
    import sys
    from confluent_kafka import Consumer, Producer, TopicPartition
    from confluent_kafka.admin import AdminClient
    broker, topic, group = sys.argv[1:]
    producer = Producer({"bootstrap.servers": broker, "transactional.id": topic})
    producer.init_transactions(30)
    producer.begin_transaction()
    for _ in range(3): producer.produce(topic, b"x", partition=0)
    producer.commit_transaction(30)
    producer.begin_transaction()
    for _ in range(2): producer.produce(topic, b"y", partition=2)
    producer.flush()
    producer.abort_transaction(30)
    admin = AdminClient({"bootstrap.servers": broker})
    for done in admin.delete_records([TopicPartition(topic, 2, 3)]).values(): done.result(20)
    consumer = Consumer({"bootstrap.servers": broker, "group.id": group})
    consumer.commit(offsets=[TopicPartition(topic, 0, 9), TopicPartition(topic, 2, 7)], asynchronous=False)
    consumer.close()
    """

  /// Partitions of unequal length: one read to its end behind a transaction's mark, one empty, one read in part whose
  /// beginning was deleted and whose end is an aborted transaction, one never read.
  @Test func lagIsWhatKafkasOwnToolSays() throws {
    let topic = "lag-" + UUID().uuidString.prefix(8).lowercased()
    try UnequalTopic.create(topic, partitions: 4, on: try address())
    let none = try run(framefeed, "topic", "lag", topic, "--group", "nobody", "--broker", try address())
    #expect(none.code == 0 && none.text.contains("group nobody has committed nothing: 16 records behind"))
    let done = try run(python!, "-c", Self.read, try address(), topic, "readers")
    try #require(done.code == 0, "\(done.errors)")
    let told = try tool(
      "consumer.group.ConsumerGroupCommand", ["--describe", "--group", "readers", "--timeout", "20000"])
    let own = try run(
      framefeed, "topic", "lag", topic, "--group", "readers", "--json", "--broker", try address())
    #expect(own.code == 0, "\(own.errors)")
    let parts = try JSONDecoder().decode([PartitionLag].self, from: Data(own.output))
    let rows = told.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      .filter { $0.count > 5 && $0[0] == "readers" }
    // Kafka's tool leaves out what was never read.
    #expect(rows.count == 2, "\(told.text) \(told.errors)")
    for row in rows {
      let part = parts[Int(row[2])!]
      #expect(
        [part.committed, part.end, part.lag].map { $0.map { "\($0)" } ?? "-" } == Array(row[3...5]),
        "\(row): \(part)")
    }
    #expect(parts[0].lag == 0 && parts[0].end == 9)
    #expect(parts[1].committed == nil && parts[1].lag == 0)
    #expect(parts[2].beginning == 3 && parts[2].end == 12 && parts[2].lag == 5)
    #expect(parts[3].committed == nil && parts[3].lag == 2)
  }

  /// Partitions lie on the brokers that are asked for; one that is not there is named.
  @Test func replicasAreWhereTheyAreAskedFor() throws {
    let admin = try TopicAdmin(KafkaSettings(brokers: try address()))
    var settings = TopicSettings()
    settings.replicas = [[1], [1]]
    try admin.create("placed", settings)
    let listed = try run("kcat", "-L", "-b", try address(), "-t", "placed").text
    #expect(listed.contains("with 2 partitions"), "\(listed)")
    #expect(listed.contains("partition 1, leader 1, replicas: 1,"), "\(listed)")
    settings.replicas = [[7]]
    let error = #expect(throws: TransportError.self) { try admin.create("nowhere", settings) }
    #expect("\(String(describing: error))".contains("broker 7"), "\(String(describing: error))")
  }

  /// What a topic is, as Kafka's own tool has it.
  @Test func aTopicIsDescribed() throws {
    let topic = "told-" + UUID().uuidString.prefix(8).lowercased()
    try UnequalTopic.create(topic, on: try address())
    let text = try run(framefeed, "topic", "describe", topic, "--broker", try address())
    #expect(text.code == 0, "\(text.errors)")
    for line in ["partitions   3", "replication  1", "max.message.bytes  15000000"] {
      #expect(text.text.contains(line), "\(text.text)")
    }
    struct Told: Decodable {
      struct Part: Decodable {
        let partition: Int
        let leader: Int
        let replicas: [Int]
        let inSync: [Int]
        let beginning: Int
        let end: Int
        let bytes: Int
      }
      let replication: Int
      let partitions: [Part]
      let settings: [String: String]
    }
    let json = try run(framefeed, "topic", "describe", topic, "--json", "--broker", try address())
    let told = try JSONDecoder().decode(Told.self, from: Data(json.output))
    #expect(told.partitions.map(\.end) == [5, 0, 9] && told.partitions.allSatisfy { $0.beginning == 0 })
    #expect(told.partitions.allSatisfy { $0.leader == 1 && $0.replicas == [1] && $0.inSync == [1] })
    // As many as lie in the partition's directory: what Kafka's tool of that name says.
    let own = try tool("LogDirsCommand", ["--describe", "--topic-list", topic])
    for part in told.partitions {
      #expect(part.bytes == 0 || part.end > 0)
      #expect(
        own.text.contains(#""partition":"\#(topic)-\#(part.partition)","size":\#(part.bytes),"#),
        "\(own.text)")
    }
    #expect(told.settings["max.message.bytes"] == "15000000")
    let list = try run(framefeed, "topic", "list", "--broker", try address())
    let row = list.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(row.contains([topic, "3", "1"]) && !list.text.contains("__consumer_offsets"), "\(list.text)")
  }

  /// Only what was changed is said to be.
  @Test func aChangeIsSaidOnce() throws {
    let topic = "changed-" + UUID().uuidString.prefix(8).lowercased()
    func change(_ arguments: String...) throws -> String {
      let done = try RunningCommand(
        framefeed, ["topic", "create", topic, "--broker", try address()] + arguments
      ).wait()
      #expect(done.code == 0, "\(done.errors)")
      return done.text
    }
    _ = try change("--max-message-bytes", "1048588")
    let before = "changed topic \(topic): max.message.bytes=15000000 (was 1048588)\n"
    #expect(try change("--update", "--max-message-bytes", "15000000") == before)
    let nothing = "topic \(topic) has these settings already: nothing to change\n"
    #expect(try change("--update", "--max-message-bytes", "15000000") == nothing)
    #expect(
      try change("--update", "--partitions", "2", "--config", "flush.messages=9")
        == "changed topic \(topic): 2 partitions (were 1), flush.messages=9 (was 9223372036854775807, inherited)\n"
    )
  }

  /// A topic that one feed lies on twice, and one that its feed will leave.
  @Test func theDoctorFindsFeeds() throws {
    let topic = "feeds-" + UUID().uuidString.prefix(8).lowercased()
    let kafka = KafkaSettings(brokers: try address())
    try TopicAdmin(kafka).create(
      topic, TopicSettings(partitions: 3, configuration: ["cleanup.policy": "compact"]))
    var old = kafka
    old.set("partitioner", "consistent_random")
    // By CRC32 in 2 and 2, by murmur2 in 0 and 1.
    for (settings, feeds) in [(old, ["drone-1", "drone-3"]), (kafka, ["drone-1"])] {
      let producer = try CopyingProducer(settings, topic: topic)
      for feed in feeds { try producer.send([1], key: feed) }
      try producer.flush()
    }
    let report = try run(framefeed, "doctor", "--topic", topic, "--broker", try address())
    #expect(report.code == 1, "it is compacted")
    for words in [
      "hurts  feeds: feed drone-1 is on partitions 0 and 2",
      "note   feeds: feed drone-3 is on partition 2 and will go to 1",
      "fails  cleanup: cleanup.policy is compact", "note   replicas: each partition is on one broker only",
    ] { #expect(report.text.contains(words), "\(words) is not in \(report.text)") }
    let streamed = try run(
      framefeed, "stream", "synthetic:64x48", "--frames", "1", "--topic", topic, "--broker", try address())
    #expect(streamed.errors.contains("is compacted (cleanup.policy)"), "\(streamed.errors)")
  }
}
