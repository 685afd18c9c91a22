import FrameCore
import KafkaTransport
import LogLines

/// The properties of a topic that are needed before frames are sent or read.
struct PreparedTopic: Sendable {
  /// The largest record that the topic accepts, bytes; `nil` if the brokers do not return it, which requires a
  /// permission of its own.
  let limit: Int?
  let isLocalDevelopmentBroker: Bool
  /// Whether the topic did not exist at first.
  var wasAwaited = false

  /// For librdkafka's in-process cluster.
  static let embedded = PreparedTopic(
    limit: MockCluster.maximumPayload + FrameProducer.overhead, isLocalDevelopmentBroker: false)

  /// The record size to reserve room for, bytes. A value too small costs a second fetch, one too large memory.
  var maximumRecord: Int { limit ?? TopicSettings.defaultMaximumRecord }

  /// Finds the topic, or creates it if it is missing.
  /// - Parameter create: the settings to create it with; with `nil` a missing topic is an error.
  static func find(
    _ topic: String, _ kafka: KafkaSettings, create: TopicSettings?, _ log: Log
  ) throws(TransportError) -> PreparedTopic {
    let admin = try TopicAdmin(kafka, log: kafkaChatter(log))
    let cluster = try admin.cluster()
    switch try admin.look(for: topic) {
    case .there: break
    case .denied(let denial): throw .denied(denial)
    case .missing:
      guard let create else { throw .topicMissing(topic, broker: kafka.broker) }
      do throws(TransportError) {
        try admin.create(topic, create)
        log.info("created topic \(topic)")
      } catch {
        // Another source created it first.
        guard case .topicExists = error else { throw error }
      }
    }
    return try describe(topic, admin, cluster, log)
  }

  /// Waits until the topic exists.
  /// - Returns: `nil` when stopped or timed out before.
  static func wait(
    _ topic: String, _ kafka: KafkaSettings, until deadline: Int64, _ stop: StopSignal, _ log: Log
  ) throws(TransportError) -> PreparedTopic? {
    let admin = try TopicAdmin(kafka, log: kafkaChatter(log))
    var said = false
    var isAway = false
    var way = ReachabilityWatch(kafka)
    while true {
      do throws(TransportError) {
        switch try admin.look(for: topic) {
        case .there:
          var prepared = try describe(topic, admin, try admin.cluster(), log)
          prepared.wasAwaited = said
          return prepared
        case .denied(let denial): throw .denied(denial)
        case .missing: break
        }
        if !said { log.notice("waiting for topic \(topic)") }
        said = true
        if isAway { log.notice("brokers answer again; waiting for topic \(topic)") }
        isAway = false
      } catch {
        // Brokers that answered before may recover.
        guard said, error.mayPass else { throw error }
        if !isAway { log.warning("\(error); waiting for it") }
        isAway = true
      }
      if !isAway { try way.look() }
      let next = FrameClock.monotonic() + 300_000_000
      guard next < deadline, stop.sleep(until: next) else { return nil }
    }
  }

  private static func describe(
    _ topic: String, _ admin: TopicAdmin, _ cluster: Cluster, _ log: Log
  ) throws(TransportError) -> PreparedTopic {
    let description: TopicDescription?
    do throws(TransportError) {
      description = try admin.describe(topic)
    } catch {
      guard case .kafka = error else { throw error }
      description = nil
      log.warning("cannot read the limits of topic \(topic), so they are not checked: \(error)")
    }
    // Reading a topic's settings needs a permission that sending does not.
    if let denial = description?.withheld {
      log.warning("cannot read the limits of topic \(topic), so they are not checked: \(denial.lack)")
    }
    if description?.isCompacted == true {
      log.warning(
        "topic \(topic) is compacted (cleanup.policy): it keeps only the last frame of each feed; change it: "
          + "framefeed topic create \(topic) --update --config cleanup.policy=delete \(admin.broker.arguments)"
      )
    }
    return PreparedTopic(
      limit: description?.maximumRecord, isLocalDevelopmentBroker: cluster.isLocalDevelopmentBroker)
  }
}
