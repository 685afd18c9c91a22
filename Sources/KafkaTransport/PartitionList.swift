import CRDKafka

/// Owns a list of partitions with an offset each.
struct PartitionList: ~Copyable {
  let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

  init(capacity: Int) { pointer = rd_kafka_topic_partition_list_new(Int32(capacity)) }

  deinit { rd_kafka_topic_partition_list_destroy(pointer) }

  var count: Int { Int(pointer.pointee.cnt) }

  subscript(_ at: Int) -> rd_kafka_topic_partition_t { pointer.pointee.elems[at] }

  func add(_ topic: String, _ partition: Int32, offset: Int64? = nil) {
    let entry = rd_kafka_topic_partition_list_add(pointer, topic, partition)
    if let offset { entry?.pointee.offset = offset }
  }

  func setOffset(_ at: Int, _ offset: Int64) { pointer.pointee.elems[at].offset = offset }
}
