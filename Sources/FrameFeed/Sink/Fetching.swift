import FrameCore
import KafkaTransport
import LogLines

/// The fetching loop: passes records to the intake, records changes of partitions, and detects the end.
struct Fetching: ~Copyable {
  /// Why the fetching ended.
  enum End {
    /// The requested frames, or all records, were read.
    case complete
    /// Stopped by the user.
    case stopped
    /// The idle timeout expired.
    case idle
    case failed
  }

  private let sink: FeedSink
  private let consumer: any RecordConsumer
  private let intake: any FrameIntake
  private let options: SinkOptions
  private let tally: SinkTally
  private let end: ReadingEnd
  /// Partitions that are read to their current end.
  private var atEnd: Set<Int32> = []
  private var isAssigned = false
  private var lastNews: Int64
  private var isTopicNew: Bool?
  private var recordsSeen = 0
  private var topicWatch: TopicWatch
  private let readingLog: ReadingLog
  /// The last message logged about the wait.
  private var lastMessage = ""
  /// Whether the tally contains a message about the wait.
  private var isWaiting = false

  /// How long a record waits for room before the partitions are paused, so that polling can continue, ns.
  private static let timeout: Int64 = 5_000_000_000
  /// The length of one wait for room, ns.
  private static let roomWait: Int64 = 100_000_000

  /// Monotonic time, ns.
  private let now: @Sendable () -> Int64

  /// - Parameter now: monotonic time, ns.
  init(
    _ sink: FeedSink, _ consumer: any RecordConsumer, _ intake: any FrameIntake,
    now: @escaping @Sendable () -> Int64 = FrameClock.monotonic
  ) {
    self.sink = sink
    self.now = now
    self.consumer = consumer
    self.intake = intake
    options = sink.options
    tally = sink.tally
    end = ReadingEnd(
      untilEnd: options.untilEnd, awaitsRun: options.awaitsRun,
      idleTimeout: options.idleTimeout.map { FrameClock.nanoseconds($0) })
    lastNews = now()
    topicWatch = TopicWatch(consumer, options.log, now())
    readingLog = ReadingLog(topic: options.topic, kafka: options.kafka, log: options.log)
  }

  /// Partitions with unread records.
  var unread: Set<Int32> { Set(consumer.partitions).subtracting(atEnd).union(consumer.awaited) }

  /// Whether the group has assigned partitions, perhaps none.
  var wasServed: Bool { isAssigned }

  mutating func run() -> End {
    while true {
      if sink.stopSignal.isRequested { return .stopped }
      if intake.isSatisfied.isRequested { return .complete }
      if sink.failure.error != nil { return .failed }
      switch consumer.poll(milliseconds: 50) {
      case .record(let record):
        noteNews()
        recordsSeen += 1
        sink.tick(at: lastNews)
        if isWaiting { setWaitMessage(nil) }
        atEnd.remove(record.partition)
        isTopicNew = false
        enqueue(record)
        if !checkTopic() { return .failed }
        continue
      case .partitionEnd(let partition):
        // Live feeds reach it after every frame, so the end is checked only when nothing comes.
        atEnd.insert(partition)
        continue
      case .event(let event): note(event)
      case .problem(let error): if !canContinue(after: error) { return .failed }
      case .nothing: break
      }
      sink.tick(at: now())
      switch end.verdict(view) {
      case .keepReading: if !checkTopic() { return .failed }
      case .complete: return .complete
      case .idle: return .idle
      }
    }
  }

  /// Serves the group, so that this sink stays a member while fetching has ended.
  mutating func serve() {
    consumer.pause(true)
    switch consumer.serve() {
    case .event(let event): note(event)
    default: break
    }
  }

  /// Passes a record to the intake. If there is no room for long, pauses the partitions and serves the group meanwhile.
  private mutating func enqueue(_ record: consuming Record) {
    let pausing = now() + Self.timeout
    var isPaused = false
    var left: Record? = consume record
    while let record = left.take() {
      left = intake.offer(record, deadline: FrameClock.monotonic() + Self.roomWait)
      guard left != nil else { break }
      if sink.failure.error != nil { break }
      sink.tick(at: now())
      guard now() > pausing else { continue }
      if !isPaused { consumer.pause(true) }
      isPaused = true
      switch consumer.serve() {
      case .event(let event): note(event)
      case .problem(let error): _ = canContinue(after: error)
      default: break
      }
    }
    if isPaused {
      consumer.pause(false)
      // The delay was the model's, not the topic's.
      noteNews()
    }
  }

  /// - Returns: false when no more can be read.
  private func canContinue(after error: TransportError) -> Bool {
    if let fatal = consumer.fatalError ?? (error.isDenial ? error : nil) {
      sink.failure.report(.transport(fatal))
      return false
    }
    options.log.warning("\(error)")
    return true
  }

  // MARK: what becomes of partitions

  mutating func note(_ event: ReadingEvent) {
    noteNews()
    switch event {
    case .assigned(let beginnings):
      isAssigned = true
      options.log.info("reading partitions \(consumer.partitions)")
      atEnd.subtract(beginnings.map(\.partition))
      for beginning in beginnings { readingLog.began(beginning) }
      let count = consumer.topicPartitions
      tally.ledger.withLock { $0.assigned(beginnings, of: count) }
      sink.ready.withLock { $0 = true }
      sink.ready.wakeAll()
    case .revoked(let partitions):
      atEnd.subtract(partitions)
      tally.ledger.withLock { $0.revoked(partitions) }
    case .lost(let partition, let offsets):
      readingLog.lost(partition, offsets)
      tally.ledger.withLock { $0.noteLost(partition, offsets, .deleted) }
    case .recreated(let partition, let before, let beginning):
      atEnd.remove(partition)
      readingLog.recreated(partition, "read to \(before)")
      tally.ledger.withLock { $0.recreated(partition, beginning: beginning) }
    case .damaged(let partition, let offset, let isGivenUp, let reason):
      if isGivenUp { tally.ledger.withLock { $0.noteLost(partition, offset..<offset + 1, .damaged) } }
      readingLog.damaged(partition, offset, isGivenUp: isGivenUp, reason)
    }
  }

  // MARK: the end

  private var view: ReadingEnd.View {
    mutating get {
      let partitions = consumer.partitions
      let isAtEnd = partitions.allSatisfy(atEnd.contains) && consumer.behind ?? 0 == 0
      let runs = tally.ledger.withLock { (isOpen: $0.hasOpen, isAny: $0.hasRuns) }
      return ReadingEnd.View(
        isSettled: isAssigned && consumer.isSettled, partitions: partitions.count, isAtEnd: isAtEnd,
        isAnswered: consumer.isAnswered, hasOpenRuns: runs.isOpen, hasRuns: runs.isAny,
        isTopicNew: options.untilEnd && isAtEnd ? isNew() : false,
        quiet: now() - lastNews)
    }
  }

  /// Returns whether the topic has never held a record: then a source that is about to start is awaited.
  private mutating func isNew() -> Bool {
    if let isTopicNew, !isTopicNew { return false }
    let isNew = consumer.checkTopicIsNew()
    isTopicNew = isNew
    return isNew
  }

  private mutating func noteNews() { lastNews = now() }

  /// Reports why nothing comes and what is awaited, so that the sink does not seem to hang.
  /// - Returns: false when the cause is permanent.
  private mutating func checkTopic() -> Bool {
    switch topicWatch.look(now(), records: recordsSeen, isExpecting: isAssigned && !unread.isEmpty) {
    case nil: break
    case .well: logWait()
    case .wrong(let found): setWaitMessage("\(found)")
    case .over(let found):
      sink.failure.report(.transport(.standstill(found)))
      return false
    }
    return true
  }

  private mutating func logWait() {
    let message = WaitMessage(options: options, consumer: consumer, tally: tally)
      .text(isAssigned: isAssigned, unread: unread)
    setWaitMessage(message)
    guard let message, message != lastMessage else { return }
    lastMessage = message
    options.log.notice("\(message)")
  }

  private mutating func setWaitMessage(_ message: String?) {
    isWaiting = message != nil
    tally.waitingFor.withLock { $0 = message }
  }
}
