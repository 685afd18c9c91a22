import FrameCore
import KafkaTransport
import Logging

/// What must be known of a topic before a frame goes through it.
struct PreparedTopic: Sendable {
  /// Largest record it takes, bytes.
  let maximumRecord: Int
  let isLocalDevelopmentBroker: Bool

  /// For librdkafka's in-process cluster.
  static let embedded = PreparedTopic(
    maximumRecord: MockCluster.maximumPayload + FrameProducer.overhead, isLocalDevelopmentBroker: false)

  /// Finds the topic, or creates it.
  /// - Parameter create: what to create it with; `nil` makes a missing topic an error.
  static func find(
    _ topic: String, _ kafka: KafkaSettings, create: TopicSettings?, _ logger: Logger
  ) throws(TransportError) -> PreparedTopic {
    let admin = try TopicAdmin(kafka, log: kafkaLog(logger))
    let cluster = try admin.cluster()
    if cluster.topics[topic] == nil {
      guard let create else { throw .topicMissing(topic, broker: kafka.brokers) }
      do throws(TransportError) {
        try admin.create(topic, create)
        logger.info("created topic \(topic)")
      } catch {
        // Another source was faster.
        guard case .topicExists = error else { throw error }
      }
    }
    return try describe(topic, admin, cluster, logger)
  }

  /// Waits until the topic exists.
  /// - Returns: `nil` when stopped or timed out before.
  static func wait(
    _ topic: String, _ kafka: KafkaSettings, until deadline: Int64, _ stop: StopSignal, _ logger: Logger
  ) throws(TransportError) -> PreparedTopic? {
    let admin = try TopicAdmin(kafka, log: kafkaLog(logger))
    var said = false
    while true {
      let cluster = try admin.cluster()
      if cluster.topics[topic] != nil { return try describe(topic, admin, cluster, logger) }
      if !said { logger.notice("waiting for topic \(topic)") }
      said = true
      let next = FrameClock.monotonic() + 300_000_000
      guard next < deadline, stop.sleep(until: next) else { return nil }
    }
  }

  private static func describe(
    _ topic: String, _ admin: TopicAdmin, _ cluster: Cluster, _ logger: Logger
  ) throws(TransportError) -> PreparedTopic {
    var limit: Int?
    do throws(TransportError) {
      limit = try admin.describe(topic)?.maximumRecord
    } catch {
      // Reading a topic's settings needs a right of its own, which sending does not.
      guard case .kafka = error else { throw error }
      logger.warning("cannot read the limits of topic \(topic), so they are not checked: \(error)")
    }
    return PreparedTopic(
      maximumRecord: limit ?? 1_000_000_000, isLocalDevelopmentBroker: cluster.isLocalDevelopmentBroker)
  }
}

/// librdkafka's log lines as ours; its chatter only at debug level.
func kafkaLog(_ logger: Logger) -> KafkaLog {
  { level, line in
    switch level {
    case .error, .warning: logger.info("librdkafka: \(line)")
    case .notice, .info, .debug: logger.debug("librdkafka: \(line)")
    }
  }
}
