import CRDKafka
import FrameCore
import Synchronization

/// Fetches the records of one topic, alone or as a member of a group.
///
/// ``GroupReading`` holds the state of reading; this class owns it and carries out its actions. ``poll(milliseconds:)``
/// and ``start(until:)`` are for one thread, which must keep polling to stay in its group; the other methods may be
/// called from any thread.
public final class FrameConsumer: Sendable {
  let client: KafkaClient
  /// The client that asks for offsets. A broker answers the requests of one connection in their order: behind a fetch
  /// that waits for records (`fetch.wait.max.ms`) each answer would be half a second late, and a recreated topic would
  /// be read on before this is noticed.
  let asking: KafkaClient
  let options: Options
  let log: KafkaLog?
  let reading = Monitor(GroupReading())
  let queries = Monitor<OffsetQueries?>(nil)
  let polling = Monitor(Polling())
  let isClosing = Atomic(false)
  let inquiry: StandstillInquiry
  /// The queue by which to wake the client, if librdkafka does not itself check for room in a full queue.
  let fetchQueue: FetchQueue?

  /// The state that the polling thread keeps between two calls.
  struct Polling {
    /// Events to return before anything else.
    var events: [ReadingEvent] = []
    var problems: [TransportError] = []
    /// When positions were last stored, and when partitions being revoked are given up, monotonic ns.
    var stored: Int64 = 0
    var leavingEnds = Int64.max
    /// Whether the brokers were asked to confirm the positions of partitions being revoked.
    var isConfirming = false
    /// The partitions assigned in the client, and those paused there.
    var assigned: Set<Int32> = []
    var paused: Set<Int32> = []
    var fatal: TransportError?
    /// The codes of refused commits that were logged.
    var refused: Set<Int32> = []
    /// The topic's number of partitions, as last returned.
    var topicPartitions = 0
    /// See ``FrameConsumer/fetchQueue``.
    var fetchPause: FetchPause?
    /// The throttling that was reported.
    var throttle = ThrottleWatch()
    /// The number of times the client was woken to fetch.
    var wakes = 0
    /// When the topic was last found never to have held a record, monotonic ns.
    var foundNew: Int64?
  }

  /// Does not connect yet.
  public init(_ settings: KafkaSettings, _ options: Options, log: KafkaLog? = nil) throws(TransportError) {
    if options.keepsPositions { try settings.check(for: .reading(group: options.group)) }
    let owner = ConsumerReference()
    let events = ClientEvents(
      log: log,
      rebalanced: { isAssigned, client, partitions in
        guard let consumer = owner.consumer else { return ConsumerAssignment.clear(client, partitions) }
        consumer.rebalanced(isAssigned, partitions)
      },
      committed: { code in owner.consumer?.committed(code) })
    client = try KafkaClient(
      RD_KAFKA_CONSUMER, settings,
      preset: [("group.id", options.group), ("auto.commit.interval.ms", "1000")]
        + SettingsPreset.consumer(
          largestRecord: options.maximumRecord, brokerIgnoresFetchLimits: options.brokerIgnoresFetchLimits,
          user: settings),
      events: events)
    asking = try KafkaClient(
      RD_KAFKA_CONSUMER, settings, preset: [("client.id", "framefeed"), ("group.id", options.group)],
      events: ClientEvents(log: nil), reads: false)
    self.options = options
    self.log = log
    inquiry = StandstillInquiry(
      settings, topic: options.topic, .reading(group: options.group), by: asking
    ) { [client] in client }
    let isWoken = settings.preset == .lowLatency && !SettingsPreset.looksForRoom
    fetchQueue = isWoken ? FetchQueue(client) : nil
    if isWoken, let kilobytes = client.number("queued.max.messages.kbytes"),
      let records = client.number("queued.min.messages")
    {
      polling.withLock { $0.fetchPause = FetchPause(bytes: kilobytes * 1024, records: records) }
    }
    owner.consumer = self
    rd_kafka_poll_set_consumer(client.handle)
  }

  deinit { queries.withLock { $0 }?.stop() }

  // MARK: polling

  /// Returns the next record or event; waits up to `milliseconds` for one. Serves rebalances.
  public func poll(milliseconds: Int) -> Polled { poll(milliseconds: milliseconds, taking: true) }

  /// Serves the group while fetching is paused, see ``pause(_:)``: returns events and problems, no records.
  public func serve() -> Polled { poll(milliseconds: 10, taking: false) }

  private func poll(milliseconds: Int, taking: Bool) -> Polled {
    let (isTold, isSettled, isLookDue) = attend()
    if isTold { return toldNext() }
    // A broker's answer about a position is waited for as for a record.
    let wait = isSettled ? milliseconds : min(milliseconds, 5)
    guard let message = rd_kafka_consumer_poll(client.handle, Int32(wait)) else { return .nothing }
    let (partition, offset) = (message.pointee.partition, message.pointee.offset)
    let code = KafkaCode(message.pointee.err)
    guard code != .none else {
      if isLookDue { keepFetching(message.pointee.len + message.pointee.key_len) }
      // It was under way when the partitions were paused; it is fetched again.
      guard taking else {
        rd_kafka_message_destroy(message)
        perform(reading.withLock { $0.positionIsGone(partition) })
        return .nothing
      }
      let (place, actions) = reading.withLock {
        $0.fetched(partition, offset, timestamp: Record.milliseconds(message))
      }
      if !actions.isEmpty { perform(actions) }
      guard let place else {
        rd_kafka_message_destroy(message)
        return .nothing
      }
      return .record(Record(message, client: client, place))
    }
    defer { rd_kafka_message_destroy(message) }
    if code == .partitionEnd {
      let (isEnd, actions) = reading.withLock { $0.reachedEnd(partition, offset) }
      perform(actions)
      return isEnd ? .partitionEnd(partition) : .nothing
    }
    if code == .positionGone || code == .offsetOutOfRange {
      perform(reading.withLock { $0.positionIsGone(partition) })
      return .nothing
    }
    let detail = rd_kafka_message_errstr(message).map { String(cString: $0) }
    if code.isDamage {
      perform(reading.withLock { $0.cameDamaged(partition, detail ?? code.description) })
      return .nothing
    }
    if code == .unknownTopic { return .problem(.topicMissing(options.topic, broker: client.brokers)) }
    // A fetch names its partition; an error without one is of the group's member.
    let action: GuardedAction =
      partition >= 0 && !code.isDeniedGroup
      ? .readingTopic(options.topic) : .joiningGroup(options.group, topic: options.topic)
    return .problem(client.failure(action, code, detail: detail))
  }

  private func toldNext() -> Polled {
    let problem: TransportError? = polling.withLock { $0.problems.isEmpty ? nil : $0.problems.removeFirst() }
    if let problem { return .problem(problem) }
    let event: ReadingEvent? = polling.withLock { $0.events.isEmpty ? nil : $0.events.removeFirst() }
    if let event { return .event(event) }
    return .nothing
  }

  /// Returns and removes the events not polled yet, such as those of leaving the group.
  public func takeEvents() -> [ReadingEvent] {
    polling.withLock { polling in
      defer { polling.events = [] }
      return polling.events
    }
  }

  /// Pauses or resumes fetching; polling serves the group in both cases.
  public func pause(_ isPaused: Bool) {
    let partitions = reading.withLock { $0.partitions }
    if isPaused { pause(partitions) } else { resume(partitions) }
  }

  func pause(_ partitions: [Int32]) {
    let running = polling.withLock { polling in
      defer { polling.paused.formUnion(partitions) }
      return partitions.filter { !polling.paused.contains($0) }
    }
    guard !running.isEmpty else { return }
    PartitionList(options.topic, running).pass { rd_kafka_pause_partitions(client.handle, $0) }
  }

  /// Resumes only paused partitions: for others, records under way would be fetched a second time.
  func resume(_ partitions: [Int32]) {
    let paused = polling.withLock { polling in
      defer { polling.paused.subtract(partitions) }
      return partitions.filter(polling.paused.contains)
    }
    guard !paused.isEmpty else { return }
    PartitionList(options.topic, paused).pass { rd_kafka_resume_partitions(client.handle, $0) }
  }

  /// Marks a record as done: answered and saved, dropped, or refused for good. Its position is stored with the next
  /// poll and committed within a second, if all records before it are done too.
  public func done(_ place: RecordPlace) { reading.withLock { $0.done(place) } }

  /// Whether all returned records are done.
  public var isAnswered: Bool { reading.withLock { $0.isAnswered } }

  /// Whether no partition is being assigned or revoked.
  public var isSettled: Bool { reading.withLock { $0.isSettled } }

  /// The partitions assigned to this consumer and not read yet, as no broker returned their beginnings.
  public var awaited: [Int32] { reading.withLock { $0.searched.sorted() } }

  /// The partitions that are read now.
  public var partitions: [Int32] { reading.withLock { $0.partitions } }
}

/// Gives callbacks the consumer, which is created after them.
private final class ConsumerReference: Sendable {
  private struct Reference {
    weak var consumer: FrameConsumer?
  }
  private let reference = Lock(Reference())

  var consumer: FrameConsumer? {
    get { reference.withLock { $0.consumer } }
    set { reference.withLock { $0.consumer = newValue } }
  }
}
