import Foundation
import Testing

@testable import KafkaTransport

/// Settings that promises rest on, settings of Java's clients, and which brokers are asked.
@Suite struct PromisedSettingsTests {
  private func settings(_ key: String, _ value: String) -> KafkaSettings {
    var settings = KafkaSettings(brokers: "localhost:1")
    settings.set(key, value)
    return settings
  }

  private func file(_ text: String) throws -> URL {
    let file = FileManager.default.temporaryDirectory.appending(path: "framefeed-" + UUID().uuidString)
    try Data(text.utf8).write(to: file)
    return file
  }

  @Test(arguments: [
    ("enable.auto.offset.store", "true"), ("enable.auto.commit", "false"), ("enable.partition.eof", "f"),
    ("auto.offset.reset", "earliest"), ("group.id", "other"), ("transactional.id", "t"),
  ]) func aBrokenPromiseIsRefusedByName(key: String, value: String) throws {
    let refusal = try #require(throws: TransportError.self) {
      try settings(key, value).check(for: .reading(group: "mine"))
    }
    #expect("\(refusal)".hasPrefix("Kafka setting \(key): leave it out: "))
    // A program that uses the library is told the same.
    let unmade = #expect(throws: TransportError.self) {
      try FrameConsumer(settings(key, value), FrameConsumer.Options(topic: "t", group: "mine"))
    }
    #expect(unmade == refusal)
    // From a file as well.
    let file = try file("\(key) = \(value)\n")
    defer { try? FileManager.default.removeItem(at: file) }
    var loaded = KafkaSettings(brokers: "localhost:1")
    try loaded.load(file: file.path)
    #expect(throws: refusal) { try loaded.check(for: .reading(group: "mine")) }
  }

  @Test(arguments: [
    ("enable.auto.offset.store", "false"), ("enable.auto.offset.store", "0"), ("enable.auto.commit", "True"),
    ("enable.partition.eof", "t"), ("auto.offset.reset", "error"), ("group.id", "mine"),
  ]) func whatIsSoAnywayMayPass(key: String, value: String) throws {
    let settings = settings(key, value)
    try settings.check(for: .reading(group: "mine"))
    _ = try FrameConsumer(settings, FrameConsumer.Options(topic: "t", group: "mine"))
  }

  @Test func sourcesRefuseTransactions() throws {
    let options = FrameProducer.Options(topic: "t", feed: "f", run: "r", maximumRecord: 1_000_000)
    let refusal = try #require(throws: TransportError.self) {
      try FrameProducer(settings("transactional.id", "t"), options) { _ in }
    }
    #expect("\(refusal)".hasPrefix("Kafka setting transactional.id: leave it out: frames are sent outside"))
    // What is a sink's alone may be in a file that both read.
    try settings("group.id", "g").check(for: .sending)
  }

  /// Of a file that was made for Java, with what librdkafka calls the same.
  @Test(arguments: [
    ("sasl.jaas.config", "sasl.username and sasl.password"), ("ssl.truststore.location", "ssl.ca.location"),
    ("ssl.truststore.password", "ssl.ca.location"), ("ssl.truststore.type", "leave it out"),
    ("ssl.truststore.certificates", "ssl.ca.pem"), ("ssl.keystore.type", "PKCS12"),
    ("ssl.keystore.key", "ssl.key.pem"), ("ssl.keystore.certificate.chain", "ssl.certificate.pem"),
    ("key.serializer", "leave it out"), ("value.deserializer", "leave it out"),
    ("max.request.size", "message.max.bytes"), ("buffer.memory", "queue.buffering.max.kbytes, in KiB"),
    ("fetch.max.wait.ms", "fetch.wait.max.ms"), ("receive.buffer.bytes", "socket.receive.buffer.bytes"),
    ("max.poll.records", "leave it out"), ("metric.reporters", "leave it out"),
  ]) func settingsOfJavaAreAnsweredUnseen(key: String, counterpart: String) throws {
    let secret = "open-sesame"
    let refusal = try #require(throws: TransportError.self) { try settings(key, secret).check() }
    let text = "\(refusal)"
    #expect(text.hasPrefix("Kafka setting \(key): ") && text.contains("Java"))
    #expect(text.contains(counterpart) && !text.contains(secret), "\(text)")
    // Each name that is given instead is one.
    for word in text.split(whereSeparator: { !($0.isLetter || $0 == "." || $0 == "_") }) {
      let name = word.hasSuffix(".") ? String(word.dropLast()) : String(word)
      guard name != key, name.hasPrefix("sasl.") || name.hasPrefix("ssl.") || name.hasPrefix("queue.") else {
        continue
      }
      #expect(SettingValues.isKnown(name), "\(name)")
    }
    #expect(throws: refusal) { try TopicAdmin(settings(key, secret)) }
  }

  @Test(arguments: [
    (
      "partition.assignment.strategy", "org.apache.kafka.clients.consumer.RangeAssignor", "cooperative-sticky"
    ),
    ("ssl.endpoint.identification.algorithm", "", "=none"),
  ]) func valuesOfJavaAreAnswered(key: String, value: String, counterpart: String) throws {
    let refusal = try #require(throws: TransportError.self) { try settings(key, value).check() }
    #expect("\(refusal)".contains(counterpart), "\(refusal)")
  }

  @Test func settingsThatBothHavePass() throws {
    for (key, value) in [
      ("delivery.timeout.ms", "1000"), ("max.partition.fetch.bytes", "1000000"), ("ssl.key.password", "x"),
      ("sasl.mechanism", "PLAIN"), ("ssl.keystore.location", "/k.p12"), ("request.timeout.ms", "1000"),
    ] {
      try settings(key, value).check()
    }
  }

  // MARK: which brokers

  @Test func brokersByLibrdkafkasNamesAreTheBrokersInUse() throws {
    let file = try file("bootstrap.servers=file:1\n")
    defer { try? FileManager.default.removeItem(at: file) }
    var settings = KafkaSettings(brokers: "first:1")
    try settings.load(file: file.path)
    #expect(settings.brokers == "file:1")
    try settings.set(argument: "metadata.broker.list=typed:1")
    #expect(settings.brokers == "typed:1" && settings.overrides.isEmpty)
    settings.brokers = "last:1"
    let admin = try TopicAdmin(settings)
    let error = #expect(throws: TransportError.self) { try admin.cluster(milliseconds: 300) }
    #expect("\(error!)".contains("at last:1 "), "\(error!)")
  }

  /// A remedy is pasted where it was printed, and must come to the same brokers.
  @Test func remediesCarryTheWayToTheBrokers() throws {
    let file = try file("security.protocol=ssl\n")
    defer { try? FileManager.default.removeItem(at: file) }
    var settings = KafkaSettings(brokers: "b:1")
    try settings.load(file: file.path)
    for argument in [
      "sasl.username=cam 7", "sasl.password=open-sesame", "ssl.key.password=@env:HOME", "linger.ms=5",
    ] {
      try settings.set(argument: argument)
    }
    let way =
      "--broker b:1 --kafka-config \(file.path) -X 'sasl.username=cam 7' -X 'sasl.password=***' "
      + "-X ssl.key.password=@env:HOME"
    #expect(settings.broker.arguments == way)
    #expect(
      "\(TransportError.topicMissing("t", broker: settings.broker))"
        == "topic t does not exist; create it: framefeed topic create t \(way)")
    let errors: [TransportError] = [
      .topicExists("t", broker: settings.broker),
      .tooLargeForTopic(topic: "t", bytes: 2_000_000, limit: nil, broker: settings.broker),
    ]
    for error in errors { #expect("\(error)".hasSuffix(way), "\(error)") }
  }

  @Test(arguments: [
    ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("", "''"), ("/etc/k.conf", "/etc/k.conf"),
    ("$HOME", "'$HOME'"),
  ])
  func wordsAreQuotedForAShell(word: String, quoted: String) {
    #expect(NamedBroker.quoted(word) == quoted)
  }

  // MARK: words of codes

  /// The broker says that a consumer was fenced, and not why.
  @Test func aFencedSinkIsToldTheCause() {
    let fenced = KafkaCode(rawValue: 82)
    #expect(fenced.name == "FENCED_INSTANCE_ID")
    let error = TransportError.kafka(
      action: "the Kafka client failed", code: fenced,
      detail: "Broker: Static consumer fenced by other consumer with same group.instance.id")
    #expect(
      "\(error)".contains("another sink with the same group.instance.id replaced this one in the group"))
    #expect("\(error)".contains("give each sink a group.instance.id of its own"))
  }

  @Test(arguments: [(19, "min.insync.replicas"), (29, "Write and Describe"), (30, "--group")])
  func refusalsSayWhatToDo(code: Int32, remedy: String) {
    let error = TransportError.kafka(action: "sending", code: KafkaCode(rawValue: code), detail: nil)
    #expect("\(error)".contains(remedy), "\(error)")
  }
}
