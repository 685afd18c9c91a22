import CRDKafka
import Synchronization

/// Turns "from committed / beginning / latest / a time" into an offset for each partition that is given.
final class StartPositions: Sendable {
  private let topic: String
  private let start: ReadingStart
  private let timeout: Int32
  /// Partitions that were given before: there the group goes on, wherever the first reading began.
  private let seen = Mutex<Set<Int32>>([])

  init(_ options: FrameConsumer.Options) {
    topic = options.topic
    start = options.start
    timeout = options.answerTimeout
  }

  /// Sets the offsets in the list. Asks the brokers; on the polling thread.
  ///
  /// A position that the brokers do not tell is not the same as none, from which the group would read everything
  /// again: librdkafka is left to ask for it, and does so until it gets an answer.
  func apply(to partitions: PartitionList.Pointer, _ client: KafkaClient) -> [AssignedPartition] {
    guard partitions.pointee.cnt > 0 else { return [] }
    let isAnswered = KafkaCode(rd_kafka_committed(client.handle, partitions, timeout)) == .none
    return partitions.entries.enumerated().map { at, entry in
      let isFirst = seen.withLock { $0.insert(entry.partition).inserted }
      let start = isFirst ? self.start : .committed
      let committed = isAnswered && entry.code == .none ? entry.offset : nil
      // The element's partition stays as it is, as librdkafka has cached it.
      let element = partitions.pointee.elems + at
      element.pointee.err = RD_KAFKA_RESP_ERR_NO_ERROR
      guard let (low, high) = try? client.watermarks(topic, entry.partition) else {
        element.pointee.offset = Self.unasked(start, committed)
        return AssignedPartition(
          partition: entry.partition, offset: nil, startsMidway: true, lost: 0, isMadeAnew: false)
      }
      let hasCommitted = committed.map { $0 >= 0 } ?? false
      let isPastEnd = committed.map { $0 > high } ?? false
      let offset: Int64? =
        switch start {
        case .committed: committed.map { hasCommitted && !isPastEnd ? max($0, low) : low }
        case .beginning: low
        case .latest: high
        case .time(let time): first(at: time, entry.partition, client, kept: low...max(low, high))
        }
      element.pointee.offset = offset ?? Int64(RD_KAFKA_OFFSET_INVALID)
      let isResumed = start == .committed
      return AssignedPartition(
        partition: entry.partition, offset: offset, startsMidway: offset.map { $0 > 0 } ?? true,
        lost: isResumed && hasCommitted ? max(0, low - (committed ?? low)) : 0,
        isMadeAnew: isResumed && isPastEnd)
    }
  }

  /// What librdkafka is to find out itself, where a partition's leader does not answer.
  private static func unasked(_ start: ReadingStart, _ committed: Int64?) -> Int64 {
    switch start {
    case .committed: if let committed, committed >= 0 { committed } else { Int64(RD_KAFKA_OFFSET_INVALID) }
    case .latest: Int64(RD_KAFKA_OFFSET_END)
    // Rather frames from before the time than none.
    case .beginning, .time: Int64(RD_KAFKA_OFFSET_BEGINNING)
    }
  }

  /// The first offset at or after a time: the end when there is none, the beginning when the brokers do not tell.
  private func first(
    at time: Int64, _ partition: Int32, _ client: KafkaClient, kept: ClosedRange<Int64>
  ) -> Int64 {
    let answer = PartitionList(topic, partition, offset: time).pass {
      KafkaCode(rd_kafka_offsets_for_times(client.handle, $0, timeout))
    }
    guard answer.result == .none, let entry = answer.entries.first, entry.code == .none else {
      return kept.lowerBound
    }
    return entry.offset >= 0 ? entry.offset : kept.upperBound
  }
}
