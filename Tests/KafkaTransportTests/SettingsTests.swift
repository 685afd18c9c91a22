import Foundation
import Testing

@testable import KafkaTransport

/// librdkafka settings: from the command line, from files, and as a report shows them.
@Suite struct SettingsTests {
  @Test func propertiesFilesAreRead() throws {
    let text = """
      # TLS
      security.protocol = ssl
      ! and more
        ssl.ca.location=/etc/ca.pem\r

      sasl.password=a=b c
      ssl.key.pem=-----BEGIN KEY-----\\nabc\\n-----END KEY-----
      """
    let entries = try PropertiesFile.parse(text, file: "client.properties")
    #expect(entries.map(\.key) == ["security.protocol", "ssl.ca.location", "sasl.password", "ssl.key.pem"])
    #expect(entries.map(\.value)[..<3] == ["ssl", "/etc/ca.pem", "a=b c"])
    #expect(entries[3].value == "-----BEGIN KEY-----\nabc\n-----END KEY-----")
    let error = #expect(throws: TransportError.self) {
      try PropertiesFile.parse("a=1\nnonsense\n", file: "f")
    }
    #expect("\(error!)" == "f:2: expected key=value")
  }

  @Test func badSettingsAreNamed() {
    var settings = KafkaSettings(brokers: "localhost:1")
    #expect(throws: TransportError.self) { try settings.set(argument: "linger.ms") }
    settings.set("no.such.thing", "1")
    let unknown = #expect(throws: TransportError.self) { try TopicAdmin(settings) }
    #expect("\(unknown!)".contains("no.such.thing"))
  }

  @Test func theUserGoesOnTopAndSecretsAreHidden() throws {
    var settings = KafkaSettings(brokers: "localhost:1")
    settings.set("linger.ms", "7")
    settings.set("sasl.password", "hunter2")
    #expect("\(settings)".contains("linger.ms=7") && !"\(settings)".contains("hunter2"))
    let producer = try FrameProducer(
      settings, FrameProducer.Options(topic: "t", feed: "f", run: "r", maximumRecord: 15_000_000)
    ) { _ in }
    let effective = producer.effectiveSettings
    // linger.ms is an alias of it.
    #expect(effective["queue.buffering.max.ms"] == "7")
    #expect(effective["sasl.password"] == "***")
    // The default since 2.10.
    #expect(
      (effective["socket.nagle.disable"] ?? SettingValues.defaultValue(of: "socket.nagle.disable")) == "true")
    #expect(effective["enable.idempotence"] == "true")
    #expect(effective["message.max.bytes"] == "15000000")
    #expect(
      effective["bootstrap.servers"] == "localhost:1" || effective["metadata.broker.list"] == "localhost:1")
    #expect(!effective.keys.contains { $0.hasSuffix("_cb") || $0 == "opaque" })
  }

  /// Each of librdkafka's own, and what newer versions and Java call theirs.
  @Test func allSecretSettingsAreKnown() {
    let secret = [
      "sasl.password", "sasl.oauthbearer.config", "sasl.oauthbearer.client.secret", "ssl.key.password",
      "ssl.key.pem", "ssl_key", "ssl.keystore.password", "sasl.kerberos.kinit.cmd", "ssl.truststore.password",
      "sasl.jaas.config", "ssl.keystore.key", "SASL.PASSWORD",
    ]
    for key in secret { #expect(KafkaSettings.isSecret(key), "\(key)") }
    let open = [
      "sasl.username", "sasl.mechanism", "ssl.ca.location", "ssl.key.location", "ssl.certificate.pem",
      "ssl.keystore.location", "sasl.oauthbearer.token.endpoint.url", "enable.ssl.certificate.verification",
    ]
    for key in open { #expect(!KafkaSettings.isSecret(key), "\(key)") }
  }

  /// Only the newline at the end goes: a password may have spaces, and newlines within.
  @Test(arguments: [
    ("a b\n", "a b"), ("a b\r\n", "a b"), ("a\nb\n\n", "a\nb\n"), (" a", " a"), ("@env:HOME", "@env:HOME"),
  ]) func secretFilesLoseTheirLastNewline(content: String, value: String) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "framefeed-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(content.utf8).write(to: file)
    var settings = KafkaSettings(brokers: "b:1")
    try settings.set(argument: "sasl.password=@file:\(file.path)")
    #expect(settings.value("sasl.password") == value)
  }

  @Test(arguments: [("", "is empty"), ("\n", "is empty"), ("a\0b", "is not a text file")])
  func uselessSecretFilesAreRefused(content: String, reason: String) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "framefeed-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(content.utf8).write(to: file)
    var settings = KafkaSettings(brokers: "b:1")
    let error = #expect(throws: TransportError.self) {
      try settings.set(argument: "sasl.password=@file:\(file.path)")
    }
    #expect("\(error!)" == "Kafka setting sasl.password: \(file.path) \(reason)")
  }

  @Test func filesThatCannotBeSettingsAreRefused() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "framefeed-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(count: 1 << 20 + 1).write(to: file)
    for (path, reason) in [
      (file.path, "is above 1 MiB: not a file of settings"),
      ("/no/such", "cannot be read: No such file or directory"), ("/", "cannot be read: Is a directory"),
    ] {
      var settings = KafkaSettings(brokers: "b:1")
      let secret = #expect(throws: TransportError.self) {
        try settings.set(argument: "sasl.password=@file:\(path)")
      }
      #expect("\(secret!)" == "Kafka setting sasl.password: \(path) \(reason)")
      let loaded = #expect(throws: TransportError.self) { try settings.load(file: path) }
      #expect("\(loaded!)" == "\(path): \(reason)")
    }
  }

  @Test func fewerAcksGiveUpIdempotence() throws {
    var settings = KafkaSettings(brokers: "localhost:1")
    settings.set("acks", "1")
    let producer = try FrameProducer(
      settings, FrameProducer.Options(topic: "t", feed: "f", run: "r", maximumRecord: 1_000_000)
    ) { _ in }
    #expect(producer.effectiveSettings["enable.idempotence"] == nil)
  }

  /// What is said of a producer before it starts is what it has then.
  @Test(arguments: [[], [("max.in.flight", "2")], [("acks", "1")], [("enable.idempotence", "false")]])
  func valuesAreThoseOfTheClient(own: [(String, String)]) throws {
    var settings = KafkaSettings(brokers: "localhost:1")
    for (key, value) in own { settings.set(key, value) }
    let names = [
      "max.in.flight.requests.per.connection", "message.send.max.retries", "enable.idempotence",
      "queue.buffering.max.ms",
    ]
    let values = try SettingValues.ofProducer(names, settings, largestRecord: 1_000_000)
    let producer = try FrameProducer(
      settings, FrameProducer.Options(topic: "t", feed: "f", run: "r", maximumRecord: 1_000_000)
    ) { _ in }
    let effective = producer.effectiveSettings
    for name in names {
      #expect(values[name] == effective[name] ?? SettingValues.defaultValue(of: name), "\(name)")
    }
  }

  /// With more requests under way librdkafka may store a frame twice; what users ask for is theirs.
  @Test(arguments: [
    (SettingsPreset.lowLatency, [], "1"), (.lowLatency, [("max.in.flight", "3")], "3"),
    (.lowLatency, [("acks", "1")], "1000000"), (.librdkafka, [("enable.idempotence", "true")], "5"),
  ])
  func oneRequestIsUnderWay(preset: SettingsPreset, own: [(String, String)], expected: String) throws {
    var settings = KafkaSettings(brokers: "localhost:1")
    settings.preset = preset
    for (key, value) in own { settings.set(key, value) }
    let name = "max.in.flight.requests.per.connection"
    #expect(try SettingValues.ofProducer([name], settings, largestRecord: 1_000_000)[name] == expected)
  }

  @Test func tooLargeFramesNameTheCommandThatHelps() throws {
    let options = FrameProducer.Options(topic: "small", feed: "f", run: "r", maximumRecord: 50_000)
    let producer = try FrameProducer(KafkaSettings(brokers: "b:1"), options) { _ in }
    try producer.check(payload: 40_000)
    let topic = #expect(throws: TransportError.self) { try producer.check(payload: 1_600_000) }
    #expect(
      "\(topic!)".contains(
        "framefeed topic create small --update --config max.message.bytes=4000000 --broker b:1"))
    var own = KafkaSettings(brokers: "b:1")
    own.set("message.max.bytes", "30000")
    let client = try FrameProducer(own, options) { _ in }
    let error = #expect(throws: TransportError.self) { try client.check(payload: 40_000) }
    #expect("\(error!)".contains("-X message.max.bytes="))
  }

  @Test func nobodyAtTheAddressIsSaidAtOnce() throws {
    let admin = try TopicAdmin(KafkaSettings(brokers: "localhost:1"))
    let error = #expect(throws: TransportError.self) { try admin.cluster(milliseconds: 1500) }
    #expect("\(error!)".contains("no Kafka broker answers at localhost:1 (Connect"))
    #expect("\(error!)".contains("Connection refused"))
  }
}
