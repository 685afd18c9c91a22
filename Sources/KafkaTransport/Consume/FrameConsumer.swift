import CRDKafka
public import FrameCore
import Synchronization

/// What one poll gave.
public enum Polled: ~Copyable, Sendable {
  case record(Record)
  /// Everything of this partition that was there has been handed out.
  case partitionEnd(Int32)
  case event(ReadingEvent)
  /// Something went wrong that does not end the reading.
  case problem(TransportError)
  case nothing
}

/// Fetches the records of one topic, alone or as one of a group.
///
/// Where reading stands is ``GroupReading``'s; this owns it, and does what it says. ``poll(milliseconds:)`` and
/// ``start(until:)`` are for one thread, which must go on polling as long as it wants to stay in its group; the others
/// may be called from any.
public final class FrameConsumer: Sendable {
  /// What to read and from where.
  public struct Options: Sendable {
    public var topic: String
    public var group: String
    /// These partitions, without sharing them in the group; `nil` lets the group share all.
    public var partitions: [Int32]?
    public var start = ReadingStart.committed
    /// Whether the group's positions are set to ``start`` though it has some.
    public var rewinds = false
    /// Whether the group keeps what was read; else each start is a first one.
    public var keepsPositions = true
    /// Largest record the topic takes, bytes.
    public var maximumRecord = TopicSettings.defaultMaximumRecord
    /// See ``Cluster/isLocalDevelopmentBroker``.
    public var brokerIgnoresFetchLimits = false
    /// How long what is in hand of a partition may still be answered when the group takes it, s.
    public var handoverTimeout = 30.0
    /// How long to ask for a position before giving up, s.
    public var patience = 60.0
    /// How long to wait for a broker's word on a position each time, ms.
    var answerTimeout: Int32 = 5000

    public init(topic: String, group: String) {
      self.topic = topic
      self.group = group
    }
  }

  let client: KafkaClient
  let options: Options
  private let log: KafkaLog?
  private let reading = Mutex(GroupReading())
  private let queries = Mutex<OffsetQueries?>(nil)
  private let polling = Mutex(Polling())
  private let isClosing = Atomic(false)

  /// What the polling thread keeps between two calls.
  private struct Polling {
    /// To be handed out before anything else.
    var events: [ReadingEvent] = []
    var problems: [TransportError] = []
    /// When positions were marked as answered, and when partitions that are taken are given up, monotonic ns.
    var stored: Int64 = 0
    var leavingEnds = Int64.max
    /// Whether the brokers were asked to confirm the positions of what is given up.
    var isConfirming = false
    /// Partitions that are assigned in the client, and those that are paused there.
    var assigned: Set<Int32> = []
    var paused: Set<Int32> = []
    var fatal: TransportError?
    /// Codes of refused commits that were told.
    var refused: Set<Int32> = []
    /// Partitions of the topic, as last told.
    var topicPartitions = 0
    /// When the topic was last found to hold nothing, monotonic ns.
    var foundNew: Int64?
  }

  /// Does not connect yet.
  public init(_ settings: KafkaSettings, _ options: Options, log: KafkaLog? = nil) throws(TransportError) {
    let owner = ConsumerReference()
    let events = ClientEvents(
      log: log,
      rebalanced: { isGiven, client, partitions in
        guard let consumer = owner.consumer else { return ConsumerAssignment.clear(client, partitions) }
        consumer.rebalanced(isGiven, partitions)
      },
      committed: { code in owner.consumer?.committed(code) })
    client = try KafkaClient(
      RD_KAFKA_CONSUMER, settings,
      preset: [("group.id", options.group), ("auto.commit.interval.ms", "1000")]
        + SettingsPreset.consumer(
          largestRecord: options.maximumRecord, brokerIgnoresFetchLimits: options.brokerIgnoresFetchLimits,
          user: settings),
      events: events)
    self.options = options
    self.log = log
    owner.consumer = self
    rd_kafka_poll_set_consumer(client.handle)
  }

  deinit { queries.withLock { $0 }?.stop() }

  // MARK: the beginning

  /// Settles where a new group begins, and joins it.
  ///
  /// Asks again while brokers do not answer, up to ``Options/patience``.
  /// - Parameter stop: ends it.
  public func start(until stop: StopSignal = StopSignal()) throws(TransportError) {
    let deadline = FrameClock.monotonic() + FrameClock.nanoseconds(options.patience)
    var isTold = false
    while true {
      do throws(TransportError) { return try join() } catch {
        guard error.mayPass, FrameClock.monotonic() < deadline else { throw error }
        if !isTold { log?(.warning, "\(error); asking again") }
        isTold = true
        guard stop.sleep(until: FrameClock.monotonic() + 500_000_000) else { throw .stopped }
      }
    }
  }

  private func join() throws(TransportError) {
    let all = try client.partitions(of: options.topic, milliseconds: options.answerTimeout)
    polling.withLock { $0.topicPartitions = all.count }
    let start = GroupStart(
      topic: options.topic, group: options.group, start: options.start, rewinds: options.rewinds,
      timeout: options.answerTimeout)
    if let wanted = options.partitions {
      if let missing = wanted.first(where: { !all.contains($0) }) {
        throw .partitionMissing(topic: options.topic, partition: missing, partitions: all.count)
      }
      // Their commits would refuse ours, each second.
      if options.keepsPositions,
        let members = client.members(of: options.group, milliseconds: options.answerTimeout),
        members > 0
      {
        throw .groupInUse(group: options.group, members: members, wanted: "--partition")
      }
    }
    let own = options.partitions ?? all
    let outcome =
      options.keepsPositions
      ? try start.settle(own, client) : GroupStart.Outcome(chosen: try start.chosen(own, client))
    if outcome.goesOn {
      log?(
        .notice,
        "group \(options.group) goes on where it was; to begin elsewhere name another with --group, or give --rewind"
      )
    }
    queries.withLock {
      $0 = OffsetQueries(client, options, chosen: outcome.chosen) { [weak self] in
        self?.reading.withLock { $0.ask() } ?? [:]
      }
    }
    guard let wanted = options.partitions else {
      // RD_KAFKA_PARTITION_UA, a cast that Swift does not import: any
      let code = PartitionList(options.topic, [-1]).pass { KafkaCode(rd_kafka_subscribe(client.handle, $0)) }
        .result
      guard code == .none else { throw client.failure("reading topic \(options.topic)", code) }
      return
    }
    perform(reading.withLock { $0.given(wanted) })
  }

  // MARK: polling

  /// The next record or event; waits up to `milliseconds` for one. Serves rebalancing.
  public func poll(milliseconds: Int) -> Polled { poll(milliseconds: milliseconds, taking: true) }

  /// Serves the group while nothing is fetched, see ``pause(_:)``: gives events and problems, no records.
  public func serve() -> Polled { poll(milliseconds: 10, taking: false) }

  private func poll(milliseconds: Int, taking: Bool) -> Polled {
    attend()
    if let problem = polling.withLock({ $0.problems.isEmpty ? nil : $0.problems.removeFirst() }) {
      return .problem(problem)
    }
    if let event = polling.withLock({ $0.events.isEmpty ? nil : $0.events.removeFirst() }) {
      return .event(event)
    }
    // The word of a broker on a position is waited for as for a record.
    let wait = reading.withLock { $0.isSettled } ? milliseconds : min(milliseconds, 5)
    guard let message = rd_kafka_consumer_poll(client.handle, Int32(wait)) else { return .nothing }
    let (partition, offset) = (message.pointee.partition, message.pointee.offset)
    let code = KafkaCode(message.pointee.err)
    guard code != .none else {
      // It was under way when the partitions were paused: it is fetched again.
      guard taking else {
        rd_kafka_message_destroy(message)
        perform(reading.withLock { $0.positionIsGone(partition) })
        return .nothing
      }
      let (place, actions) = reading.withLock {
        $0.fetched(partition, offset, timestamp: Record.milliseconds(message))
      }
      perform(actions)
      guard let place else {
        rd_kafka_message_destroy(message)
        return .nothing
      }
      return .record(Record(message, client: client, place))
    }
    defer { rd_kafka_message_destroy(message) }
    if code == .partitionEnd {
      reading.withLock { $0.reachedEnd(partition, offset) }
      return .partitionEnd(partition)
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
    return .problem(client.failure("reading topic \(options.topic)", code, detail: detail))
  }

  /// Fetches nothing for now, or goes on; polling serves the group all the same.
  public func pause(_ isPaused: Bool) {
    let partitions = reading.withLock { $0.partitions }
    if isPaused { pause(partitions) } else { resume(partitions) }
  }

  private func pause(_ partitions: [Int32]) {
    let running = polling.withLock { polling in
      defer { polling.paused.formUnion(partitions) }
      return partitions.filter { !polling.paused.contains($0) }
    }
    guard !running.isEmpty else { return }
    PartitionList(options.topic, running).pass { rd_kafka_pause_partitions(client.handle, $0) }
  }

  /// Only what is paused: else what is under way would be fetched once more.
  private func resume(_ partitions: [Int32]) {
    let paused = polling.withLock { polling in
      defer { polling.paused.subtract(partitions) }
      return partitions.filter(polling.paused.contains)
    }
    guard !paused.isEmpty else { return }
    PartitionList(options.topic, paused).pass { rd_kafka_resume_partitions(client.handle, $0) }
  }

  /// A record that was handed out needs no more attention: answered and saved, dropped, or refused for good. Its
  /// position is marked with the next poll and committed within a second, if all before it are done too.
  public func done(_ place: RecordPlace) { reading.withLock { $0.done(place) } }

  /// Whether all that was handed out is done.
  public var isAnswered: Bool { reading.withLock { $0.isAnswered } }

  /// Whether no partition is changing hands.
  public var isSettled: Bool { reading.withLock { $0.isSettled } }

  /// Partitions that are read now.
  public var partitions: [Int32] { reading.withLock { $0.partitions } }

  /// What has come in since the last poll.
  private func attend() {
    take(queries.withLock({ $0 })?.takeAnswers() ?? [])
    let now = FrameClock.monotonic()
    let isAnswered = reading.withLock { $0.isLeavingAnswered }
    let (isDue, isOver, isConfirmationDue) = polling.withLock { polling in
      let isDue = now - polling.stored >= Self.storeInterval
      if isDue { polling.stored = now }
      // All is answered, and no broker tells that the position is good.
      if isAnswered, !polling.isConfirming {
        polling.isConfirming = true
        polling.leavingEnds = min(polling.leavingEnds, now + Self.confirmation)
        return (isDue, false, true)
      }
      return (isDue, now >= polling.leavingEnds, false)
    }
    if isConfirmationDue { queries.withLock { $0 }?.ask() }
    if isDue { perform(reading.withLock { $0.toStore() }) }
    perform(reading.withLock { isOver ? $0.giveUp(isLost: false) : $0.leaveIfAnswered() })
  }

  private func take(_ answers: [OffsetQueries.Answer]) {
    for answer in answers {
      switch answer {
      case .found(let beginnings, let search):
        perform(reading.withLock { $0.found(beginnings, search: search) })
      case .trouble(let error): polling.withLock { $0.problems.append(error) }
      case .gaveUp(let error):
        polling.withLock { polling in
          polling.fatal = error
          polling.problems.append(error)
        }
      case .log(let partition, let ends, let assignment):
        perform(reading.withLock { $0.told(partition, ends, assignment: assignment) })
      }
    }
  }

  /// How often answered positions are marked, ns; they are committed once a second.
  private static let storeInterval: Int64 = 100_000_000
  /// How long to wait for a broker's word on a position that is given up, ns.
  private static let confirmation: Int64 = 3_000_000_000

  // MARK: the group

  /// Called by librdkafka while it is polled or closed.
  private func rebalanced(_ isGiven: Bool, _ list: PartitionList.Pointer) {
    guard !isClosing.load(ordering: .acquiring) else { return ConsumerAssignment.clear(client.handle, list) }
    let partitions = list.entries.map(\.partition)
    if isGiven {
      perform(reading.withLock { $0.given(partitions) })
    } else {
      polling.withLock {
        $0.leavingEnds = FrameClock.monotonic() + FrameClock.nanoseconds(options.handoverTimeout)
      }
      let isLost = rd_kafka_assignment_lost(client.handle) != 0
      perform(reading.withLock { $0.taken(partitions, isLost: isLost) })
    }
  }

  /// Called by librdkafka: positions were committed, or not.
  private func committed(_ code: KafkaCode) {
    guard code != .none, code != .noOffset else { return }
    guard polling.withLock({ $0.refused.insert(code.rawValue).inserted }) else { return }
    log?(
      .warning,
      "group \(options.group): positions were not committed, so what was read since is read again by the next start: \(code) (\(code.name))"
    )
  }

  private func perform(_ actions: [GroupReading.Action]) {
    for action in actions {
      switch action {
      case .find(let partitions, let search):
        let marks = reading.withLock { $0.marks }
        queries.withLock { $0 }?.search(.init(number: search, partitions: partitions, marks: marks))
      case .assign(let beginnings): assign(beginnings)
      case .unassign(let partitions): unassign(partitions)
      case .pause(let partitions): pause(partitions)
      case .seek(let partition, let offset): seek(partition, offset)
      case .store(let partition, let offset):
        guard options.keepsPositions else { break }
        PartitionList(options.topic, partition, offset: offset).pass {
          rd_kafka_offsets_store(client.handle, $0)
        }
      case .commit(let positions):
        guard options.keepsPositions else { break }
        do throws(TransportError) {
          try client.commit(options.topic, positions, milliseconds: options.answerTimeout)
        } catch {
          log?(.warning, "the last positions were not committed, so their records are read again: \(error)")
        }
      case .ask: queries.withLock { $0 }?.ask()
      case .tell(let event): polling.withLock { $0.events.append(event) }
      }
    }
  }

  private func assign(_ beginnings: [PartitionBeginning]) {
    var list = PartitionList(options.topic, [])
    for beginning in beginnings { list.add(options.topic, beginning.partition, offset: beginning.offset) }
    polling.withLock { $0.assigned.formUnion(beginnings.map(\.partition)) }
    report("taking partitions", ConsumerAssignment.add(client.handle, list))
    // They may have been paused when they were given up.
    resume(beginnings.map(\.partition))
  }

  private func unassign(_ partitions: [Int32]) {
    let known = polling.withLock { polling in
      polling.leavingEnds = .max
      polling.isConfirming = false
      defer { polling.assigned.subtract(partitions) }
      return polling.assigned
    }
    report(
      "giving up partitions",
      ConsumerAssignment.remove(client.handle, options.topic, partitions.filter(known.contains)))
  }

  private func report(_ action: String, _ code: KafkaCode) {
    guard code != .none else { return }
    polling.withLock { $0.problems.append(.kafka(action: action, code: code, detail: nil)) }
  }

  private func seek(_ partition: Int32, _ offset: Int64) {
    let answer = PartitionList(options.topic, partition, offset: offset).pass { list in
      guard let error = rd_kafka_seek_partitions(client.handle, list, 5000) else { return KafkaCode.none }
      defer { rd_kafka_error_destroy(error) }
      return KafkaCode(rd_kafka_error_code(error))
    }
    if answer.result == .none, answer.entries.allSatisfy({ $0.code == .none }) { return }
    guard restart(partition, offset) != .none else { return }
    perform(reading.withLock { $0.seekFailed(partition) })
  }

  /// Has a partition fetched from an offset on by assigning it anew: librdkafka 2.0.2 refuses to seek in one that it has
  /// stopped for having no position.
  private func restart(_ partition: Int32, _ offset: Int64) -> KafkaCode {
    var positions = reading.withLock { reading in
      reading.partitions.reduce(into: [Int32: Int64]()) { $0[$1] = reading.progress($1)?.next }
    }
    guard positions[partition] != nil else { return .none }
    positions[partition] = offset
    let paused = polling.withLock { $0.paused }
    let code = ConsumerAssignment.restart(client.handle, options.topic, partition, positions)
    // What is assigned anew is not paused.
    polling.withLock { $0.paused = [] }
    pause(paused.sorted())
    return code
  }

  // MARK: the end

  /// Commits what is done and leaves the group. Call after the last poll.
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
    if let queries = queries.withLock({ $0 }) {
      queries.stop()
      // Not the position of a topic that is no more.
      take(queries.answers(reading.withLock { $0.ask() }, milliseconds: 2000))
    }
    perform(reading.withLock { $0.close() })
    isClosing.store(true, ordering: .releasing)
    let code = KafkaCode(rd_kafka_consumer_close(client.handle))
    guard code == .none else { throw client.failure("leaving group \(options.group)", code) }
  }

  // MARK: what is known

  /// Records that the topic holds and that are not answered, as far as the last fetches told: asks no broker.
  /// - Returns: `nil` while that is not known.
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

  /// So often a record is fetched that comes damaged each time.
  public static let mostFetches = PartitionProgress.tries + 1

  /// Partitions of the topic, as far as known.
  public var topicPartitions: Int { polling.withLock { $0.topicPartitions } }

  /// Whether no partition of the topic has ever held a record. May ask the brokers, at most once a second.
  public var isTopicNew: Bool {
    let isRead = reading.withLock { reading in
      reading.partitions.contains { reading.progress($0).map { $0.next > 0 } ?? false }
    }
    if isRead { return false }
    let now = FrameClock.monotonic()
    if polling.withLock({ $0.foundNew.map { now - $0 < 1_000_000_000 } ?? false }) { return true }
    let all = (0..<Int32(topicPartitions)).map { $0 }
    let logs = client.logEnds(options.topic, all, milliseconds: 1000)
    let isNew = logs.values.allSatisfy { $0.upperBound == 0 }
    if isNew { polling.withLock { $0.foundNew = now } }
    return isNew
  }

  /// Partitions that are read and have no leader now. Asks a broker.
  public var leaderless: [Int32] {
    let without = (try? Cluster(client, milliseconds: 1000))?.leaderless[options.topic] ?? []
    return partitions.filter(without.contains)
  }

  /// The first place that cannot be read as a transaction is open there, of those partitions that were read to it.
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

  /// Set when the client can read nothing more.
  public var fatalError: TransportError? { client.fatalError ?? polling.withLock { $0.fatal } }

  /// Settings that differ from librdkafka's defaults; secrets as `***`.
  public var effectiveSettings: [String: String] { client.effectiveSettings }
}

/// Lets callbacks reach the consumer, which is made after them.
private final class ConsumerReference: Sendable {
  private struct Reference {
    weak var consumer: FrameConsumer?
  }
  private let reference = Mutex(Reference())

  var consumer: FrameConsumer? {
    get { reference.withLock { $0.consumer } }
    set { reference.withLock { $0.consumer = newValue } }
  }
}
