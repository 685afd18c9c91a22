import FoundationEssentials
import FrameCore
import KafkaTransport

/// Topics that exist as long as a comparison does.
final class ComparisonTopics {
  private let admin: TopicAdmin
  private var names: [String] = []
  private let isLocalDevelopmentBroker: Bool

  init(_ kafka: KafkaSettings) throws(TransportError) {
    admin = try TopicAdmin(kafka)
    isLocalDevelopmentBroker = try admin.cluster().isLocalDevelopmentBroker
  }

  /// A new topic of one partition.
  /// - Parameters:
  ///   - payload: the largest, bytes.
  ///   - kept: records that must be kept, more than are ever under way.
  func create(payload: Int, kept: Int = 8) throws(TransportError) -> String {
    let name = "framefeed-compare-" + UUID().uuidString.prefix(8).lowercased()
    var settings = TopicSettings()
    let record = payload + FrameProducer.overhead
    settings.configuration["max.message.bytes"] = "\(max(record, TopicSettings.defaultMaximumRecord))"
    if isLocalDevelopmentBroker {
      // It writes all it holds out again and again, on the processors that are being measured: hold little.
      settings.configuration["retention.bytes"] = "\(max(4_000_000, kept * record))"
      settings.configuration["segment.bytes"] = "\(max(1_000_000, kept * record / 4))"
    }
    try admin.create(name, settings)
    names.append(name)
    return name
  }

  /// What a reader must know of the broker.
  var note: String? {
    isLocalDevelopmentBroker
      ? "the broker is the local development broker (noida-db), not Apache Kafka: compare the clients, not the brokers"
      : nil
  }

  /// Whether the broker still answers.
  var isBrokerThere: Bool { (try? admin.cluster(milliseconds: 3000)) != nil }

  deinit {
    guard isBrokerThere else { return }
    for name in names { try? admin.delete(name) }
  }
}
