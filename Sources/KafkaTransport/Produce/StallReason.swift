import FrameCore

/// Why records are not acknowledged, as far as the brokers' metadata and librdkafka's last words tell, and what to do.
///
/// What a broker refuses for a while (too few replicas in sync, for one) librdkafka sends again without a word.
enum StallReason {
  /// Asks the brokers; takes up to a second.
  static func find(_ connection: ProducerConnection, _ options: RenewableSender.Options) -> String {
    let client = connection.client
    let answer = connection.topic.ask(milliseconds: 1000)
    let report = Report(
      code: answer.code, partitions: answer.partitions, kept: options.partition?.current,
      topic: options.topic,
      brokers: client.brokers, last: client.lastWords, trouble: client.trouble)
    return report.text
  }

  /// What was found out.
  struct Report {
    /// Of the question for the topic.
    var code: KafkaCode
    var partitions: [TopicHandle.Partition]
    /// The partition that the records go to, if that is known.
    var kept: Int32?
    var topic: String
    var brokers: NamedBroker
    /// librdkafka's last error.
    var last: String?
    var trouble: ConnectionTrouble?

    var text: String {
      switch code {
      case .none: ofPartitions
      case .timedOut, .transport, .allBrokersDown:
        trouble.map { "the broker at \(brokers): \($0)" }
          ?? "no Kafka broker answers at \(brokers) (\(last ?? code.description)); start it or mend the way to it. \(Self.wait)"
      case _ where code.isUnknownTopic:
        "topic \(topic) does not exist; create it: framefeed topic create \(topic) \(brokers.arguments)"
      case _ where code.isDenied:
        "\(code.description): give this user the right to write to \(topic) at \(brokers)"
      default: "the brokers at \(brokers) say of topic \(topic): \(code.description). \(Self.wait)"
      }
    }

    private static let wait = "They are sent once that is mended, and given up after message.timeout.ms"

    private var ofPartitions: String {
      let own = partitions.filter { kept == nil || $0.number == kept }
      if let lost = own.first(where: { $0.leader < 0 }) {
        return
          "partition \(lost.number) of \(topic) has no leader: start its broker at \(brokers). \(Self.wait)"
      }
      if let behind = own.first(where: { $0.inSync < $0.replicas }) {
        return
          "partition \(behind.number) of \(topic) has \(behind.inSync) of \(behind.replicas) replicas in sync, which may be "
          + "less than its min.insync.replicas: start the brokers that are missing at \(brokers), or let fewer do: "
          + "framefeed topic create \(topic) --update --config min.insync.replicas=\(behind.inSync) \(brokers.arguments). \(Self.wait)"
      }
      let leaders = Set(own.map(\.leader)).sorted().map(String.init).joined(separator: ", ")
      return
        "broker \(leaders), which leads \(topic) at \(brokers), acknowledges nothing (\(last ?? "librdkafka names no error")); "
        + "look at that broker and the way to it. \(Self.wait)"
    }
  }
}
