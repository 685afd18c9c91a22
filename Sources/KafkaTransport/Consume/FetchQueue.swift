import CRDKafka

/// Owns a reference to the queue in which a consumer's records wait, and wakes the client that fills it.
final class FetchQueue: @unchecked Sendable {
  // Sound: librdkafka's queues may be used from any thread, and `handle` never changes.
  private let handle: OpaquePointer
  /// Must outlive the queue.
  private let client: KafkaClient

  /// - Returns: `nil` for a client that is no consumer.
  init?(_ client: KafkaClient) {
    guard let handle = rd_kafka_queue_get_consumer(client.handle) else { return nil }
    self.handle = handle
    self.client = client
  }

  deinit { rd_kafka_queue_destroy(handle) }

  /// Records that were fetched and not read.
  var count: Int { rd_kafka_queue_length(handle) }

  /// Wakes the threads of the brokers that lead these partitions, so that they look whether there is room: by a
  /// question whose answer nobody waits for. Unlike seeking or resuming, it drops nothing of what was fetched.
  ///
  /// For librdkafka before 2.2: later ones would give up the question at once, and complain.
  func wake(_ topic: String, _ partitions: [Int32], _ how: FetchPause.Wake) {
    switch how {
    case .together: ask(topic, partitions)
    case .oneByOne: for partition in partitions { ask(topic, [partition]) }
    }
  }

  private func ask(_ topic: String, _ partitions: [Int32]) {
    // RD_KAFKA_OFFSET_END, a cast that Swift does not import: of all questions the cheapest to answer.
    PartitionList(topic, partitions, offset: -1).pass { _ = rd_kafka_offsets_for_times(client.handle, $0, 0) }
  }
}
