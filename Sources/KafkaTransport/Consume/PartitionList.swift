import CRDKafka

/// Owns a list of partitions with an offset each, for one call of librdkafka.
///
/// ``pass(to:)`` consumes the list, so the compiler refuses a second call. At its first use librdkafka caches an
/// element's partition in `_private` ("initialise to zero, do not touch"): if `partition` is overwritten afterwards,
/// the element still stores, seeks and commits on the first partition.
struct PartitionList: ~Copyable {
  typealias Pointer = UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

  /// The result of librdkafka for one partition.
  struct Entry: Equatable {
    let partition: Int32
    /// The resulting offset; negative when there is none.
    let offset: Int64
    let code: KafkaCode
  }

  private let pointer: Pointer

  init(_ topic: String, _ partitions: [Int32]) {
    pointer = rd_kafka_topic_partition_list_new(Int32(partitions.count))
    for partition in partitions { rd_kafka_topic_partition_list_add(pointer, topic, partition) }
  }

  /// A list in which each partition has the same offset.
  init(_ topic: String, _ partitions: [Int32], offset: Int64) {
    self.init(topic, partitions)
    for at in partitions.indices { pointer.pointee.elems[at].offset = offset }
  }

  /// A list of one partition.
  init(_ topic: String, _ partition: Int32, offset: Int64) {
    pointer = rd_kafka_topic_partition_list_new(1)
    rd_kafka_topic_partition_list_add(pointer, topic, partition).pointee.offset = offset
  }

  /// Adds a partition. Not possible after ``pass(to:)``.
  mutating func add(_ topic: String, _ partition: Int32, offset: Int64) {
    rd_kafka_topic_partition_list_add(pointer, topic, partition).pointee.offset = offset
  }

  deinit { rd_kafka_topic_partition_list_destroy(pointer) }

  /// Passes the list to a call of librdkafka.
  /// - Parameter call: must not keep the pointer.
  /// - Returns: the call's result, and the entries that it wrote into the list.
  @discardableResult
  consuming func pass<Result>(to call: (Pointer) -> Result) -> (result: Result, entries: [Entry]) {
    let result = call(pointer)
    return (result, pointer.entries)
  }
}

extension PartitionList.Pointer {
  /// The elements of a list, copied.
  var entries: [PartitionList.Entry] {
    (0..<Int(pointee.cnt)).map { at in
      let element = pointee.elems[at]
      return PartitionList.Entry(
        partition: element.partition, offset: element.offset, code: KafkaCode(element.err))
    }
  }
}
