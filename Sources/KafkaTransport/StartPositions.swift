import CRDKafka
import Synchronization

/// Turns "from committed / beginning / latest / a time" into an offset for each partition that is given.
final class StartPositions: Sendable {
  private let topic: String
  private let start: ReadingStart
  /// Partitions that were given before: there the group goes on, wherever the first reading began.
  private let seen = Mutex<Set<Int32>>([])

  init(_ options: FrameConsumer.Options) {
    topic = options.topic
    start = options.start
  }

  /// Sets the offsets in the list. Asks the brokers; on the polling thread.
  func apply(
    to partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>, _ client: KafkaClient
  ) -> [AssignedPartition] {
    let count = Int(partitions.pointee.cnt)
    guard count > 0 else { return [] }
    rd_kafka_committed(client.handle, partitions, 10_000)
    return (0..<count).map { at in
      let entry = partitions.pointee.elems + at
      let number = entry.pointee.partition
      let isFirst = seen.withLock { $0.insert(number).inserted }
      // Without an answer librdkafka decides, by auto.offset.reset.
      guard let (low, high) = try? client.watermarks(topic, number) else {
        return AssignedPartition(
          partition: number, offset: nil, startsMidway: true, lost: 0, isMadeAnew: false)
      }
      let committed = entry.pointee.offset
      let hasCommitted = entry.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR && committed >= 0
      let isPastEnd = hasCommitted && committed > high
      let offset: Int64
      switch isFirst ? start : .committed {
      case .committed: offset = hasCommitted && !isPastEnd ? max(committed, low) : low
      case .beginning: offset = low
      case .latest: offset = high
      case .time(let time): offset = first(at: time, number, client) ?? high
      }
      entry.pointee.offset = offset
      let isResumed = start == .committed || !isFirst
      return AssignedPartition(
        partition: number, offset: offset, startsMidway: offset > 0,
        lost: isResumed && hasCommitted ? max(0, low - committed) : 0,
        isMadeAnew: isResumed && isPastEnd)
    }
  }

  private func first(at time: Int64, _ partition: Int32, _ client: KafkaClient) -> Int64? {
    let list = PartitionList(topic, partition, offset: time)
    let code = KafkaCode(rd_kafka_offsets_for_times(client.handle, list.pointer, 10_000))
    guard code == .none, list[0].err == RD_KAFKA_RESP_ERR_NO_ERROR, list[0].offset >= 0 else { return nil }
    return list[0].offset
  }
}

extension UnsafeMutablePointer<rd_kafka_topic_partition_list_t> {
  /// The partition numbers in a list.
  var numbers: [Int32] { (0..<Int(pointee.cnt)).map { pointee.elems[$0].partition } }
}
