import FoundationEssentials
import FrameCore
import KafkaTransport

/// Topics that are deleted with this object at the end of a comparison.
final class ComparisonTopics {
  private let admin: TopicAdmin
  private var names: [String] = []
  private let isLocalDevelopmentBroker: Bool

  init(_ kafka: KafkaSettings) throws(TransportError) {
    admin = try TopicAdmin(kafka)
    isLocalDevelopmentBroker = try admin.cluster().isLocalDevelopmentBroker
  }

  /// Creates a topic of one partition.
  /// - Parameters:
  ///   - payload: size of the largest, bytes.
  ///   - kept: records to retain, more than are ever in flight.
  func create(payload: Int, kept: Int = 8) throws(TransportError) -> String {
    let name = "framefeed-compare-" + UUID().uuidString.prefix(8).lowercased()
    var settings = TopicSettings()
    let record = payload + FrameProducer.overhead
    settings.configuration["max.message.bytes"] = "\(max(record, TopicSettings.defaultMaximumRecord))"
    if isLocalDevelopmentBroker {
      // It repeatedly rewrites all its data, on the processors that are being measured: retain little.
      settings.configuration["retention.bytes"] = "\(max(4_000_000, kept * record))"
      settings.configuration["segment.bytes"] = "\(max(1_000_000, kept * record / 4))"
    }
    try admin.create(name, settings)
    names.append(name)
    return name
  }

  /// Deletes a topic before the end.
  func delete(_ name: String) {
    names.removeAll { $0 == name }
    try? admin.delete(name)
  }

  /// A note about the broker for the report.
  var note: String? {
    isLocalDevelopmentBroker
      ? "the broker is the local development broker (noida-db), not Apache Kafka: compare the clients, not the brokers"
      : nil
  }

  /// Whether the broker still responds.
  var isBrokerThere: Bool { (try? admin.cluster(milliseconds: 3000)) != nil }

  deinit {
    guard isBrokerThere else { return }
    for name in names { try? admin.delete(name) }
  }
}
