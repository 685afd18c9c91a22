import KafkaTransport
import LogLines

/// Logs what happens to the partitions that a sink reads.
struct ReadingLog {
  let topic: String
  let kafka: KafkaSettings
  let log: Log

  func began(_ beginning: PartitionBeginning) {
    if !beginning.lost.isEmpty { lost(beginning.partition, beginning.lost) }
    if beginning.cause == .recreated { recreated(beginning.partition, "read past its end") }
  }

  func lost(_ partition: Int32, _ offsets: Range<Int64>) {
    log.warning(
      "partition \(partition): \(offsets.count) records (offsets \(offsets.lowerBound) to \(offsets.upperBound - 1)) were deleted before they were read; raise its retention: framefeed topic create \(topic) --update --retention-bytes N \(kafka.broker.arguments), or read faster",
      [.field("partition", partition), .field("lost", offsets.count)])
  }

  func recreated(_ partition: Int32, _ how: String) {
    log.warning(
      "partition \(partition): the group had \(how), and the topic was recreated; reading from its beginning",
      [.field("partition", partition)])
  }

  func damaged(_ partition: Int32, _ offset: Int64, isGivenUp: Bool, _ reason: String) {
    let place = "\(topic)[\(partition)]@\(offset)"
    let message =
      isGivenUp
      ? "lost, damaged in \(FrameConsumer.mostFetches) fetches; check the broker's disk and the network"
      : "arrived damaged, fetching it again"
    log.warning(
      "\(place): \(message): \(reason)",
      [.field("topic", topic), .field("partition", partition), .field("offset", offset)])
  }
}
