import CRDKafka

/// Owns a reference to the queue that holds a consumer's records, and wakes the client that fills it.
final class FetchQueue: @unchecked Sendable {
  // Sound: librdkafka's queues may be used from any thread, and `handle` never changes.
  private let handle: OpaquePointer
  /// Must outlive the queue.
  private let client: KafkaClient

  /// - Returns: `nil` for a client that is not a consumer.
  init?(_ client: KafkaClient) {
    guard let handle = rd_kafka_queue_get_consumer(client.handle) else { return nil }
    self.handle = handle
    self.client = client
  }

  deinit { rd_kafka_queue_destroy(handle) }

  /// The number of records that were fetched and not read.
  var count: Int { rd_kafka_queue_length(handle) }

  /// Wakes the threads of the brokers that lead these partitions, so that they check for room, by a question whose
  /// answer is not waited for. Unlike seeking or resuming, this drops no fetched record.
  ///
  /// For librdkafka before 2.2: later versions would cancel the question at once and log an error.
  func wake(_ topic: String, _ partitions: [Int32], _ how: FetchPause.Wake) {
    switch how {
    case .together: ask(topic, partitions)
    case .oneByOne: for partition in partitions { ask(topic, [partition]) }
    }
  }

  private func ask(_ topic: String, _ partitions: [Int32]) {
    // RD_KAFKA_OFFSET_END (a cast that Swift does not import): the cheapest question to answer.
    PartitionList(topic, partitions, offset: -1).pass { _ = rd_kafka_offsets_for_times(client.handle, $0, 0) }
  }
}
