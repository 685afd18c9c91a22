import CRDKafka
import FrameCore
import Testing

@testable import KafkaTransport

/// What keeps a client and its brokers apart, from librdkafka's words and the brokers' answers.
@Suite struct ConnectionTests {
  @Test(arguments: [
    (
      "localhost:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)",
      "localhost:1", false, "Connect to ipv4#127.0.0.1:1 failed: Connection refused"
    ),
    (
      "sasl_ssl://kafka-internal:19092/3: Failed to resolve 'kafka-internal:19092': Name or service not known",
      "kafka-internal:19092", true, "Failed to resolve 'kafka-internal:19092': Name or service not known"
    ),
    ("[::1]:9092/bootstrap: Disconnected (after 3ms in state UP)", "[::1]:9092", false, "Disconnected"),
    ("GroupCoordinator: kafka1:9092: Connection refused", "kafka1:9092", true, "Connection refused"),
  ]) func librdkafkaNamesTheBroker(_ text: String, address: String, isAdvertised: Bool, message: String)
    throws
  {
    let broker = try #require(BrokerMessage(text))
    #expect(broker.address == address && broker.isAdvertised == isAdvertised && broker.message == message)
  }

  @Test(arguments: [
    "3/3 brokers are down", "GroupCoordinator: Disconnected",
    "Failed to acquire SASL OAUTHBEARER token: Invalid sasl.oauthbearer.config: no principal=<value>",
  ]) func otherWordsAreOfNoBroker(_ text: String) { #expect(BrokerMessage(text) == nil) }

  /// Four bytes of text or TLS are no size.
  @Test(
    arguments: [
      (1_213_486_160, ForeignServer.http), (1_397_966_893, .text("SSH-")), (352_518_912, .tls),
      (1_008_813_135, .http), (132_710_957, nil), (-5, nil), (1_000_000_512, nil),
    ] as [(Int, ForeignServer?)]) func whoAnswersInsteadIsKnown(_ size: Int, _ server: ForeignServer?)
  {
    let words =
      "Receive failed: Invalid response size \(size) (0..100000000): increase receive.message.max.bytes"
    #expect(ForeignServer(words) == server)
    #expect(ForeignServer.refusedSize(words) == Int32(size))
    let given = ConnectionTrouble(.transport, "localhost:1/bootstrap: " + words)
    #expect(given == server.map { $0 == .tls ? .brokerMayWantTLS : .otherServer($0, at: "localhost:1") })
    let advertised = ConnectionTrouble(.transport, "localhost:2/1: " + words)
    #expect(advertised == server.map { .advertised("localhost:2", .otherServer($0)) })
  }

  @Test func bothAddressesAreSaid() {
    let error = TransportError.connection(
      broker: "localhost:20101",
      trouble: .advertised("kafka-internal:19092", .unresolved("Name or service not known")))
    #expect(
      "\(error)" == "the Kafka broker at localhost:20101: it answers, and advertises "
        + "kafka-internal:19092, which cannot be resolved from here (Name or service not known): "
        + "set its advertised.listeners, or give this machine the name (/etc/hosts)")
  }

  /// Brokers that are down, told of by those that live or not, send nobody where he cannot come.
  @Test func aDeadBrokerOfALivingClusterIsNoneOfThat() throws {
    let cluster = try MockCluster(brokers: 3)
    let addresses = cluster.brokers.split(separator: ",").map(String.init)
    cluster.takeDown(2)
    cluster.takeDown(3)
    let settings = KafkaSettings(brokers: addresses[0])
    // Newer librdkafkas' cluster tells of those alone that are up.
    #expect(
      NamedBrokers.advertisedAddresses(settings, milliseconds: 3000).map { "\($0)" }.first == addresses[0])
    #expect(AdvertisedAddresses.trouble(settings) == nil)
  }

  @Test func metadataIsReadFromTheLog() throws {
    let line = "[thrd:main]: localhost:9092/bootstrap:   Broker #1/3: kafka-2.example:9092 NodeId 7"
    let entry = try #require(NamedBrokers.entry(line))
    #expect(entry.place == (1, 3) && "\(entry.address)" == "kafka-2.example:9092")
    #expect(
      NamedBrokers.entry("[thrd:main]: localhost:9092/bootstrap:   Topic frames with 3 partitions") == nil)
  }

  /// Each of several brokers may be the one that is in order; what stands is sure in the end.
  @Test func aTroubleIsSureWhenAllHaveIt() {
    let events = ClientEvents(log: nil)
    let start = FrameClock.monotonic()
    #expect(!events.hasSureTrouble(start, named: 2))
    events.note(
      KafkaCode(RD_KAFKA_RESP_ERR__AUTHENTICATION), "sasl_ssl://a:1/bootstrap: SASL authentication error: no")
    #expect(events.hasSureTrouble(FrameClock.monotonic(), named: 1))
    #expect(!events.hasSureTrouble(start, named: 2))
    #expect(events.hasSureTrouble(FrameClock.monotonic() + 3_000_000_000, named: 2))
    events.note(
      KafkaCode(RD_KAFKA_RESP_ERR__AUTHENTICATION), "sasl_ssl://b:1/bootstrap: SASL authentication error: no")
    #expect(events.hasSureTrouble(start, named: 2))
  }

  @Test(arguments: [
    ("::1:20102", "[::1]:20102"), ("::1", "[::1]:9092"), ("a:1,fe80::1:9092", "[fe80::1]:9092"),
    ("SSL://::1:9093", "SSL://[::1]:9093"),
  ]) func addressesOfIPv6NeedBrackets(_ servers: String, _ meant: String) {
    let error = #expect(throws: TransportError.self) { try KafkaSettings(brokers: servers).check() }
    #expect("\(error!)".hasSuffix("an IPv6 address needs brackets: \(meant)"), "\(error!)")
  }

  @Test(arguments: ["localhost:1", "[::1]:9092", "a:1,b:2", "PLAINTEXT://a:1", "a"])
  func othersPass(_ servers: String) throws { try KafkaSettings(brokers: servers).check() }

  @Test func aTokenMustComeFromSomewhere() throws {
    var settings = KafkaSettings(brokers: "localhost:1")
    settings.set("security.protocol", "SASL_PLAINTEXT")
    settings.set("sasl.mechanisms", "OAUTHBEARER")
    let error = #expect(throws: TransportError.self) { try TopicAdmin(settings) }
    #expect(
      "\(error!)".contains("OAUTHBEARER has no source for a token: set -X sasl.oauthbearer.method=oidc"),
      "\(error!)")
    settings.set("enable.sasl.oauthbearer.unsecure.jwt", "true")
    settings.set("sasl.oauthbearer.config", "scope=frames")
    let refused = #expect(throws: TransportError.self) {
      try TopicAdmin(settings).cluster(milliseconds: 3000)
    }
    #expect(
      "\(refused!)".contains(
        LibraryAbility.renewingUnsignedTokens.isThere()
          ? "there is no token for the login (Invalid sasl.oauthbearer.config"
          : "cannot renew an unsigned token of OAUTHBEARER, and would end the program"),
      "\(refused!)")
  }
}
