import CRDKafka
import FrameCore

/// The state of the topic and its partitions.
extension FrameConsumer {
  /// The number of records in the topic that are not answered, by the offsets of the last fetches: asks no broker.
  /// - Returns: `nil` while it is unknown.
  public var behind: Int? {
    let answered = reading.withLock { reading in
      reading.partitions.map { ($0, reading.progress($0)?.answered ?? 0) }
    }
    var total: Int?
    for (partition, next) in answered {
      var low: Int64 = 0
      var high: Int64 = 0
      let code = KafkaCode(
        rd_kafka_get_watermark_offsets(client.handle, options.topic, partition, &low, &high))
      guard code == .none, high >= 0 else { continue }
      total = (total ?? 0) + Int(max(0, high - max(next, low)))
    }
    return total
  }

  /// The number of times a record is fetched that arrives damaged each time.
  public static let mostFetches = PartitionProgress.tries + 1

  /// The topic's number of partitions, as last returned.
  public var topicPartitions: Int { polling.withLock { $0.topicPartitions } }

  /// Whether no partition of the topic has ever held a record. May ask the brokers; that none has is cached for 1 s.
  public func checkTopicIsNew() -> Bool {
    let isRead = reading.withLock { reading in
      reading.partitions.contains { reading.progress($0).map { $0.next > 0 } ?? false }
    }
    if isRead { return false }
    let now = FrameClock.monotonic()
    if polling.withLock({ $0.foundNew.map { now - $0 < 1_000_000_000 } ?? false }) { return true }
    let all = (0..<Int32(topicPartitions)).map { $0 }
    let logs = asking.logEnds(options.topic, all, milliseconds: 1000)
    let isNew = logs.values.allSatisfy { $0.upperBound == 0 }
    if isNew { polling.withLock { $0.foundNew = now } }
    return isNew
  }

  /// The state of the topic, its brokers and the connections to them.
  public enum TopicState: Sendable, Equatable {
    case well
    case wrong(Standstill)
  }

  /// Starts asking the brokers for the state. Does not wait.
  public func inquire() { inquiry.begin() }

  /// Returns and removes the answer to ``inquire()``; `nil` before it arrives.
  /// - Parameter isExpecting: whether the topic is known to have more records: then silent brokers are a problem too.
  public func takeTopicState(isExpecting: Bool) -> TopicState? {
    guard let answer = inquiry.take() else { return nil }
    var own = Set(partitions + awaited)
    if case .these(let wanted) = options.partitions { own = Set(wanted) }
    let recent = client.recentTrouble
    let waiting = Standstill.Waiting(
      own: own.isEmpty ? nil : own, receiveLimit: client.number("receive.message.max.bytes"),
      last: recent.message, trouble: recent.trouble, throttling: client.currentThrottling)
    let side = Standstill.Side.reading(group: options.group)
    let cause = waiting.cause(answer, side)
    if case .silent = cause, !isExpecting { return .well }
    return .wrong(Standstill(cause: cause, side: side, topic: options.topic, brokers: client.brokers))
  }

  /// Returns the message to log when throttling of this client begins, lasts or ends.
  public func throttleMessage() -> String? {
    let now = FrameClock.monotonic()
    return polling.withLock { $0.throttle.look(client.throttling, now) }
  }

  /// The first position blocked by an open transaction, among the partitions that were read up to it.
  public var openTransaction: (partition: Int32, offset: Int64)? {
    let places = reading.withLock { reading in
      reading.partitions.compactMap { partition in reading.progress(partition).map { (partition, $0.next) } }
    }
    return places.first { partition, next in
      var low: Int64 = 0
      var high: Int64 = 0
      let code = KafkaCode(
        rd_kafka_get_watermark_offsets(client.handle, options.topic, partition, &low, &high))
      return code == .none && high > next
    }.map { (partition: $0.0, offset: $0.1) }
  }

  /// The error after which the client can read nothing more.
  public var fatalError: TransportError? { client.fatalError ?? polling.withLock { $0.fatal } }

  /// Settings that differ from librdkafka's defaults; secrets as `***`.
  public var effectiveSettings: [String: String] { client.effectiveSettings }
}
