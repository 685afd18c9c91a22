import CRDKafka
import FrameCore

/// What one poll gave.
public enum Polled: ~Copyable, Sendable {
  case record(Record)
  /// Everything of this partition that was there has been handed out.
  case partitionEnd(Int32)
  /// Something went wrong that does not end the reading.
  case problem(TransportError)
  case nothing
}

/// Fetches the records of one topic, alone or as one of a group.
///
/// ``poll(milliseconds:)`` is for one thread; the others may be called from any.
public final class FrameConsumer: Sendable {
  /// What to read and from where.
  public struct Options: Sendable {
    public var topic: String
    public var group: String
    /// These partitions, without sharing them in the group; `nil` lets the group share all.
    public var partitions: [Int32]?
    public var start = ReadingStart.committed
    /// Largest record the topic takes, bytes.
    public var maximumRecord = TopicSettings.defaultMaximumRecord
    /// See ``Cluster/isLocalDevelopmentBroker``.
    public var brokerIgnoresFetchLimits = false
    /// How long to wait for a broker's word on a position, ms.
    var answerTimeout: Int32 = 10_000

    public init(topic: String, group: String) {
      self.topic = topic
      self.group = group
    }
  }

  /// What the sink does when partitions come and go. Called on the polling thread.
  public struct Rebalancing: Sendable {
    public var assigned: @Sendable ([AssignedPartition]) -> Void
    /// Must return once every record of these partitions that was handed out is done with.
    public var revoked: @Sendable ([Int32]) -> Void

    public init(
      assigned: @escaping @Sendable ([AssignedPartition]) -> Void,
      revoked: @escaping @Sendable ([Int32]) -> Void
    ) {
      self.assigned = assigned
      self.revoked = revoked
    }
  }

  private let client: KafkaClient
  private let options: Options
  private let rebalancing: Rebalancing
  private let refetch: Monitor<RefetchPlan>

  public init(
    _ settings: KafkaSettings, _ options: Options, log: KafkaLog? = nil, rebalancing: Rebalancing
  ) throws(TransportError) {
    let positions = StartPositions(options)
    let reference = ClientReference()
    let refetch = Monitor(RefetchPlan())
    self.refetch = refetch
    let rebalancing = Rebalancing(
      assigned: { given in
        refetch.withLock { plan in
          for place in given { plan.begin(place.partition, at: place.offset) }
        }
        rebalancing.assigned(given)
      }, revoked: rebalancing.revoked)
    let handover = PartitionHandover(positions: positions, rebalancing: rebalancing, log: log)
    let events = ClientEvents(
      log: log,
      rebalanced: { assigned, partitions in
        guard let client = reference.client else { return }
        if assigned { handover.take(partitions, client) } else { handover.give(partitions, client) }
      })
    client = try KafkaClient(
      RD_KAFKA_CONSUMER, settings,
      preset: [("group.id", options.group), ("auto.commit.interval.ms", "1000")]
        + SettingsPreset.consumer(
          largestRecord: options.maximumRecord, brokerIgnoresFetchLimits: options.brokerIgnoresFetchLimits,
          user: settings),
      events: events)
    self.options = options
    self.rebalancing = rebalancing
    reference.client = client
    rd_kafka_poll_set_consumer(client.handle)
    try start(positions)
  }

  private func start(_ positions: StartPositions) throws(TransportError) {
    let code: KafkaCode
    if let numbers = options.partitions {
      code =
        PartitionList(options.topic, numbers).pass { list in
          rebalancing.assigned(positions.apply(to: list, client))
          return KafkaCode(rd_kafka_assign(client.handle, list))
        }.result
    } else {
      // RD_KAFKA_PARTITION_UA, a cast that Swift does not import: any
      code =
        PartitionList(options.topic, [-1]).pass { KafkaCode(rd_kafka_subscribe(client.handle, $0)) }.result
    }
    guard code == .none else { throw client.failure("reading topic \(options.topic)", code) }
  }

  /// The next record or event; waits up to `milliseconds` for one. Serves rebalancing.
  public func poll(milliseconds: Int) -> Polled {
    guard let message = rd_kafka_consumer_poll(client.handle, Int32(milliseconds)) else { return .nothing }
    let code = KafkaCode(message.pointee.err)
    guard code != .none else {
      let (partition, offset) = (message.pointee.partition, message.pointee.offset)
      guard refetch.withLock({ $0.takes(partition, offset) }) else {
        rd_kafka_message_destroy(message)
        return resume(partition)
      }
      return .record(Record(message, client: client))
    }
    defer { rd_kafka_message_destroy(message) }
    if code == .partitionEnd { return .partitionEnd(message.pointee.partition) }
    let detail = rd_kafka_message_errstr(message).map { String(cString: $0) }
    if code.isDamage {
      return .problem(
        fetchAgain(message.pointee.partition, message.pointee.offset, detail ?? code.description))
    }
    if code == .unknownTopic {
      return .problem(.topicMissing(options.topic, broker: client.brokers))
    }
    return .problem(client.failure("reading topic \(options.topic)", code, detail: detail))
  }

  /// Goes back to a record that came damaged: what was damaged on its way is whole the next time. What is
  /// queued behind it is dropped with it, so order stays and nothing comes twice.
  private func fetchAgain(_ partition: Int32, _ offset: Int64, _ reason: String) -> TransportError {
    switch refetch.withLock({ $0.damaged(partition, offset) }) {
    case .again(let next):
      seek(partition, next)
      return .damaged(topic: options.topic, partition: partition, offset: next, reason: reason)
    case .skip(let given):
      seek(partition, given + 1)
      return .damagedForGood(topic: options.topic, partition: partition, offset: given, reason: reason)
    }
  }

  /// Undoes a reset of the client: goes on where reading stands, or where the topic begins now.
  private func resume(_ partition: Int32) -> Polled {
    do throws(TransportError) {
      let (low, high) = try client.watermarks(options.topic, partition)
      seek(partition, refetch.withLock { $0.resume(partition, kept: low...max(low, high)) })
      return .nothing
    } catch {
      // The next record asks again.
      return .problem(error)
    }
  }

  private func seek(_ partition: Int32, _ offset: Int64) {
    let answer = PartitionList(options.topic, partition, offset: offset).pass { list in
      guard let error = rd_kafka_seek_partitions(client.handle, list, 5000) else { return KafkaCode.none }
      defer { rd_kafka_error_destroy(error) }
      return KafkaCode(rd_kafka_error_code(error))
    }
    // Of a partition that was taken away meanwhile nothing more comes, and its next owner reads it. Of one that
    // is still ours the client reads on where it was: the next record asks again.
    guard answer.result == .none, answer.entries.allSatisfy({ $0.code == .none }) else {
      return refetch.withLock { $0.seekFailed(partition) }
    }
  }

  /// Marks all records of a partition before `next` as done; they are committed within a second.
  public func store(partition: Int32, next: Int64) {
    // Refused when the partition has been taken away meanwhile: the other sink reads it again.
    PartitionList(options.topic, partition, offset: next).pass { rd_kafka_offsets_store(client.handle, $0) }
  }

  /// Commits what was stored and leaves the group. Call after the last poll.
  ///
  /// Without a broker librdkafka tries for the whole session time-out; it then goes on behind the caller's back.
  /// - Parameter deadline: how long to wait, monotonic ns.
  public func close(deadline: Int64 = .max) throws(TransportError) {
    let closed = Monitor<Result<Void, TransportError>?>(nil)
    // Keeps this client until librdkafka has let go of it.
    let thread = PipelineThread("kafka-close") { [self] in
      let result: Result<Void, TransportError>
      do throws(TransportError) { result = .success(try leave()) } catch { result = .failure(error) }
      closed.withLock { $0 = result }
      closed.wakeAll()
    }
    thread.detach()
    guard let result = closed.withLock(waitingUntil: { $0 != nil }, deadline: deadline, { $0 }) else {
      throw .notCommitted(group: options.group, broker: client.brokers)
    }
    try result.get()
  }

  private func leave() throws(TransportError) {
    if options.partitions != nil {
      rebalancing.revoked(options.partitions ?? [])
      let code = KafkaCode(rd_kafka_commit(client.handle, nil, 0))
      guard code == .none || code == .noOffset else { throw client.failure("committing offsets", code) }
    }
    let code = KafkaCode(rd_kafka_consumer_close(client.handle))
    guard code == .none else { throw client.failure("leaving group \(options.group)", code) }
  }

  /// Records that the topic holds from these positions on, as far as the last fetches told: asks no broker.
  /// - Returns: `nil` while that is not known.
  public func behind(_ positions: [Int32: Int64]) -> Int? {
    var total: Int?
    for (partition, next) in positions {
      var low: Int64 = 0
      var high: Int64 = 0
      let code = KafkaCode(
        rd_kafka_get_watermark_offsets(client.handle, options.topic, partition, &low, &high))
      guard code == .none, high >= 0 else { continue }
      total = (total ?? 0) + Int(max(0, high - next))
    }
    return total
  }

  /// Set when the client can read nothing more.
  public var fatalError: TransportError? { client.fatalError }

  /// Settings that differ from librdkafka's defaults; secrets as `***`.
  public var effectiveSettings: [String: String] { client.effectiveSettings }
}
