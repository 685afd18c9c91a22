import CRDKafka
import Testing

@testable import KafkaTransport

/// Which right a refusal is about, and the command that gives it.
@Suite struct RightsTests {
  private static let (ofTopic, ofGroup, ofCluster, ofTransaction) = (
    KafkaCode(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED),
    KafkaCode(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED),
    KafkaCode(RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED),
    KafkaCode(RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
  )

  @Test func eachRefusalHasItsRight() {
    let table: [(GuardedAction, KafkaCode, [String])] = [
      (.askingForTopic("t"), Self.ofTopic, ["Describe on topic t"]),
      (.readingTopic("t"), Self.ofTopic, ["Read on topic t"]),
      (.sendingToTopic("t"), Self.ofTopic, ["Write on topic t"]),
      (.sendingToTopic("t"), Self.ofCluster, ["Write on topic t", "IdempotentWrite on the cluster"]),
      (
        .startingIdempotence(topic: "t"), Self.ofCluster,
        ["Write on topic t", "IdempotentWrite on the cluster"]
      ),
      (.creatingTopic("t"), Self.ofTopic, ["Create on topic t", "Create on the cluster"]),
      (.creatingTopic("t"), Self.ofCluster, ["Create on topic t", "Create on the cluster"]),
      (.growingTopic("t"), Self.ofTopic, ["Alter on topic t"]),
      (.changingTopic("t"), Self.ofTopic, ["AlterConfigs on topic t"]),
      (.describingTopic("t"), Self.ofTopic, ["DescribeConfigs on topic t"]),
      (.deletingTopic("t"), Self.ofTopic, ["Delete on topic t"]),
      (.describingBroker(1), Self.ofCluster, ["DescribeConfigs on the cluster"]),
      (.joiningGroup("g", topic: "t"), Self.ofGroup, ["Read on group g"]),
      (.joiningGroup("g", topic: "t"), Self.ofTopic, ["Describe on topic t"]),
      (.committing(group: "g", topic: "t"), Self.ofGroup, ["Read on group g"]),
      (.committing(group: "g", topic: "t"), Self.ofTopic, ["Read on topic t"]),
      (.askingForPositions(group: "g", topic: "t"), Self.ofGroup, ["Describe on group g"]),
      (.askingForMembers(group: "g"), Self.ofGroup, ["Describe on group g"]),
      (.sendingInTransaction(id: "i", topic: "t"), Self.ofTransaction, ["Write on transactional.id i"]),
      // What is of no right, or of none that is known to be taken.
      (.readingTopic("t"), .timedOut, []), (.readingTopic("t"), Self.ofGroup, []),
    ]
    for (action, code, rights) in table {
      #expect(action.rights(refusedBy: code).map(\.description) == rights, "\(action), \(code.name)")
    }
  }

  private func denial(
    _ settings: [(String, String)], _ action: GuardedAction, _ code: KafkaCode
  ) throws -> String {
    var kafka = KafkaSettings(brokers: "kafka1:9092")
    for (key, value) in settings { kafka.set(key, value) }
    let client = try KafkaClient(RD_KAFKA_PRODUCER, kafka, preset: [], events: ClientEvents(log: nil))
    return "\(client.failure(action, code))"
  }

  @Test func theCommandNamesTheLogin() throws {
    let plain = [
      ("security.protocol", "SASL_PLAINTEXT"), ("sasl.mechanisms", "PLAIN"), ("sasl.username", "cam"),
      ("sasl.password", "secret"),
    ]
    #expect(
      try denial(plain, .joiningGroup("g21", topic: "t"), Self.ofGroup)
        == "joining group g21: this login (cam) needs Read on group g21: kafka-acls.sh --bootstrap-server kafka1:9092 "
        + "--command-config admin.properties --add --allow-principal User:cam --operation Read --group g21")
    #expect(
      try denial([], .sendingToTopic("t"), Self.ofCluster)
        == "sending to t: a client without a login needs Write on topic t or IdempotentWrite on the cluster: "
        + "kafka-acls.sh --bootstrap-server kafka1:9092 --add --allow-principal User:ANONYMOUS --operation Write "
        + "--topic t; -X enable.idempotence=false needs no IdempotentWrite")
    let named = plain.map { $0.0 == "sasl.username" ? ($0.0, "camera one") : $0 }
    #expect(
      try denial(named, .creatingTopic("t"), Self.ofTopic).hasSuffix(
        "--add --allow-principal 'User:camera one' --operation Create --topic t"))
    #expect(try denial([], .readingTopic("t"), .timedOut).hasPrefix("no Kafka broker answers"))
  }

  @Test func whomABrokerTakesAClientFor() {
    func login(_ settings: [(String, String)]) -> Login {
      var kafka = KafkaSettings(brokers: "kafka1:9092")
      for (key, value) in settings { kafka.set(key, value) }
      return Login(kafka)
    }
    #expect(login([]).principal == "User:ANONYMOUS")
    #expect(login([("security.protocol", "ssl")]).principal == "User:ANONYMOUS")
    // The certificate's own name, or what the broker makes of it.
    let certificate = login([("security.protocol", "ssl"), ("ssl.certificate.location", "c.pem")])
    #expect(certificate.principal == "User:NAME" && "\(certificate)" == "this login")
    let scram = login([
      ("security.protocol", "sasl_ssl"), ("sasl.mechanism", "SCRAM-SHA-512"), ("sasl.username", "rig-1"),
    ])
    #expect(scram.principal == "User:rig-1" && "\(scram)" == "this login (rig-1)")
    let token = login([("security.protocol", "sasl_ssl"), ("sasl.mechanism", "OAUTHBEARER")])
    #expect(token.principal == "User:NAME")
  }
}
