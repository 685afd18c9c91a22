import KafkaTransport

/// The client settings that matter for frames, with the defaults of other clients.
///
/// kafka-python 3.0.12: `KafkaProducer.DEFAULT_CONFIG` and `KafkaConsumer.DEFAULT_CONFIG`. Java: kafka-clients 4.3.0,
/// `ProducerConfig.configDef()` and `ConsumerConfig.configDef()`. Names there differ; each value is listed with the
/// equivalent setting of librdkafka.
enum SettingTable {
  private enum Side {
    case producer, consumer
  }

  private struct Entry {
    let name: String
    let side: Side
    /// `nil` if there is no such setting.
    let kafkaPython: String?
    let java: String?

    init(_ name: String, _ side: Side, _ kafkaPython: String?, _ java: String?) {
      self.name = name
      self.side = side
      self.kafkaPython = kafkaPython
      self.java = java
    }
  }

  private static let entries = [
    Entry("message.max.bytes", .producer, "1048576", "1048576"),  // max.request.size
    Entry("linger.ms", .producer, "0", "5"),
    Entry("batch.size", .producer, "16384", "16384"),
    Entry("acks", .producer, "-1", "-1"),
    Entry("partitioner", .producer, "murmur2_random", "murmur2_random"),
    Entry("enable.idempotence", .producer, "true", "true"),
    Entry("compression.type", .producer, "none", "none"),
    Entry("max.in.flight.requests.per.connection", .producer, "5", "5"),
    Entry("queue.buffering.max.kbytes", .producer, nil, "32768"),  // buffer.memory
    Entry("message.copy.max.bytes", .producer, nil, nil),
    Entry("message.timeout.ms", .producer, "120000", "120000"),  // delivery.timeout.ms
    Entry("fetch.wait.max.ms", .consumer, "500", "500"),
    Entry("fetch.min.bytes", .consumer, "1", "1"),
    Entry("fetch.message.max.bytes", .consumer, "1048576", "1048576"),  // max.partition.fetch.bytes
    Entry("fetch.max.bytes", .consumer, "52428800", "52428800"),
    Entry("receive.message.max.bytes", .consumer, nil, nil),
    Entry("fetch.error.backoff.ms", .consumer, "100", "100"),  // retry.backoff.ms
    Entry("queued.min.messages", .consumer, nil, nil),
    Entry("queued.max.messages.kbytes", .consumer, nil, nil),
    Entry("check.crcs", .consumer, "true", "true"),
    Entry("socket.nagle.disable", .producer, "true", "true"),  // both switch it off themselves
    Entry("socket.send.buffer.bytes", .producer, "0", "131072"),
    Entry("socket.receive.buffer.bytes", .consumer, "0", "65536"),
  ]

  /// - Parameters:
  ///   - largestRecord: the largest record that the topic accepts, bytes.
  static func rows(
    _ kafka: KafkaSettings, largestRecord: Int, brokerIgnoresFetchLimits: Bool
  ) throws(TransportError) -> [DoctorReport.Setting] {
    let names = entries.map(\.name)
    let bare = KafkaSettings(brokers: kafka.brokers)
    func values(_ settings: KafkaSettings) throws(TransportError) -> (
      producer: [String: String], consumer: [String: String]
    ) {
      (
        try SettingValues.ofProducer(names, settings, largestRecord: largestRecord),
        try SettingValues.ofConsumer(
          names, settings, largestRecord: largestRecord, brokerIgnoresFetchLimits: brokerIgnoresFetchLimits)
      )
    }
    let (preset, effective) = (try values(bare), try values(kafka))
    return entries.map { entry in
      func value(_ sides: (producer: [String: String], consumer: [String: String])) -> String? {
        (entry.side == .producer ? sides.producer : sides.consumer)[entry.name]
      }
      let ordinary = SettingValues.defaultValue(of: entry.name) ?? ""
      let set = value(preset)
      return DoctorReport.Setting(
        name: entry.name, librdkafka: ordinary, kafkaPython: entry.kafkaPython, java: entry.java,
        preset: set == ordinary ? nil : set, effective: value(effective) ?? ordinary)
    }
  }
}
