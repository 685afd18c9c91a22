@testable import KafkaTransport

extension MockCluster {
  /// Reads a topic's first partition from its beginning, started, in no group that remembers it.
  func reader(of topic: String) throws -> FrameConsumer {
    var settings = KafkaSettings(brokers: brokers)
    // An empty fetch of this cluster always waits the full time.
    settings.set("fetch.wait.max.ms", "1")
    var options = FrameConsumer.Options(topic: topic, group: "g")
    options.partitions = .these([0])
    options.keepsPositions = false
    let consumer = try FrameConsumer(settings, options)
    try consumer.start()
    return consumer
  }
}
