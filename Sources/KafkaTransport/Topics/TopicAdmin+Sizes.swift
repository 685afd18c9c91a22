/// What partitions take on their leaders' disks.
extension TopicAdmin {
  /// Bytes of each partition, as far as its leader tells them.
  /// - Returns: why some are not known, beside those that are.
  public func sizes(
    of topic: String, _ layout: [TopicPartition]
  ) -> (bytes: [Int32: Int64], problem: String?) {
    ([:], "librdkafka cannot ask for them; kafka-log-dirs.sh --describe --topic-list \(topic) can")
  }
}
