import CRDKafka

/// Owns a list of partitions with an offset each, for one call of librdkafka.
///
/// Elements can be added and read, never changed, and a list is not kept for a second call: at its first use
/// librdkafka caches an element's partition behind `_private`, so an element whose `partition` is overwritten goes
/// on to store, seek or commit on the partition that it was first used for.
struct PartitionList: ~Copyable {
  let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

  init(capacity: Int) { pointer = rd_kafka_topic_partition_list_new(Int32(capacity)) }

  /// A list of one partition.
  init(_ topic: String, _ partition: Int32, offset: Int64) {
    self.init(capacity: 1)
    add(topic, partition, offset: offset)
  }

  deinit { rd_kafka_topic_partition_list_destroy(pointer) }

  var count: Int { Int(pointer.pointee.cnt) }

  subscript(_ at: Int) -> rd_kafka_topic_partition_t { pointer.pointee.elems[at] }

  func add(_ topic: String, _ partition: Int32, offset: Int64? = nil) {
    let entry = rd_kafka_topic_partition_list_add(pointer, topic, partition)
    if let offset { entry?.pointee.offset = offset }
  }
}
