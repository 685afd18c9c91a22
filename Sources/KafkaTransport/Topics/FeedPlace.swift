import CRDKafka
import FrameCore

/// The partitions of a feed, according to the last records of the topic's partitions.
public struct FeedPlace: Sendable, Equatable {
  public let feed: String
  /// The partitions that hold some of its records, ascending.
  public let partitions: [Int32]
  /// The partition that a source with these settings would choose now; `nil` where the choice is random.
  public let next: Int32?

  init(feed: String, partitions: [Int32], next: Int32?) {
    self.feed = feed
    self.partitions = partitions
    self.next = next
  }
}

extension TopicAdmin {
  /// The most records read in each partition, the most bytes of all, and the longest time, ns.
  private static let (mostRecords, mostBytes, mostTime) = (Int64(32), 64 << 20, Int64(3_000_000_000))

  /// Reads the keys of the last records of each partition.
  /// - Parameters:
  ///   - extents: the offsets of the partitions, see ``extents(of:_:)``.
  ///   - brokerIgnoresFetchLimits: see ``Cluster/isLocalDevelopmentBroker``.
  /// - Throws: ``TransportError/denied(_:)`` without the right to read.
  public func feedPlaces(
    _ topic: String, _ extents: [Int32: Range<Int64>], partitions: Int, brokerIgnoresFetchLimits: Bool
  ) throws(TransportError) -> [FeedPlace] {
    var open = extents.filter { !$0.value.isEmpty }
    var found: [[UInt8]: Set<Int32>] = [:]
    var own = settings
    if settings.value("group.id") != nil { own.set("group.id", "") }
    // Pictures that are not needed are not fetched ahead.
    let preset =
      SettingsPreset.consumer(
        largestRecord: 1 << 20, brokerIgnoresFetchLimits: brokerIgnoresFetchLimits, user: settings)
      + [("isolation.level", "read_uncommitted"), ("queued.max.messages.kbytes", "8192")]
    let client = try KafkaClient(
      RD_KAFKA_CONSUMER, own, preset: preset, events: ClientEvents(log: nil), reads: false)
    let handle = try TopicHandle(topic, client)
    guard let queue = rd_kafka_queue_new(client.handle) else { throw .stopped }
    defer { rd_kafka_queue_destroy(queue) }
    let started = Array(open.keys)
    for (partition, extent) in open {
      let first = max(extent.lowerBound, extent.upperBound - Self.mostRecords)
      guard rd_kafka_consume_start_queue(handle.pointer, partition, first, queue) == 0 else {
        throw client.failure(.readingTopic(topic), KafkaCode(rd_kafka_last_error()))
      }
    }
    defer { for partition in started { rd_kafka_consume_stop(handle.pointer, partition) } }
    let deadline = FrameClock.monotonic() + Self.mostTime
    var bytes = 0
    while !open.isEmpty, bytes < Self.mostBytes, FrameClock.monotonic() < deadline {
      guard let message = rd_kafka_consume_queue(queue, 100) else { continue }
      defer { rd_kafka_message_destroy(message) }
      let record = message.pointee
      switch KafkaCode(record.err) {
      case .none:
        bytes += record.len
        if let key = record.key, record.key_len > 0 {
          found[Array(UnsafeRawBufferPointer(start: key, count: record.key_len)), default: []]
            .insert(record.partition)
        }
        if let end = open[record.partition]?.upperBound, record.offset + 1 >= end {
          open[record.partition] = nil
        }
      case .partitionEnd: open[record.partition] = nil
      case let code:
        let failure = client.failure(.readingTopic(topic), code)
        if case .denied = failure { throw failure }
      }
    }
    let partitioner = try SettingValues.ofProducer(["partitioner"], settings, largestRecord: 1 << 20)
    return found.map { key, places in
      FeedPlace(
        feed: key.withUnsafeBytes { FeedName.text($0) }, partitions: places.sorted(),
        next: RunPartition.choice(of: key, among: partitions, by: partitioner["partitioner"] ?? ""))
    }.sorted { $0.feed < $1.feed }
  }
}
