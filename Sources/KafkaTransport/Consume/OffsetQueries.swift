import FrameCore

/// Asks the brokers, on its own thread, where partitions begin and where their logs end: a late or missing answer does
/// not block polling, and with it the group.
final class OffsetQueries: Sendable {
  /// A search for the beginnings of partitions.
  struct Search: Sendable {
    var number: Int
    var partitions: [Int32]
    /// Marks that identify the logs read before.
    var marks: [Int32: PartitionProgress.Mark]
  }

  enum Answer: Sendable {
    case found([PartitionBeginning], search: Int)
    /// Not found yet; the question is repeated.
    case trouble(TransportError)
    /// Nothing was found before the deadline.
    case gaveUp(TransportError)
    case log(Int32, PartitionProgress.LogEnds, assignment: Int)
    /// All partitions of the topic.
    case partitions([Int32])
  }

  private struct State {
    var search: Search?
    /// When the search fails, monotonic ns.
    var searchEnds = Int64.max
    /// When to report that the search gets no answer, monotonic ns; a new topic has no leaders for a moment.
    var troubleIsTold = Int64.max
    /// Whether some beginnings were found: the other partitions have no leader now and are searched without a time
    /// limit.
    var isFoundInPart = false
    var isAsked = false
    var answers: [Answer] = []
    var isStopped = false
  }

  /// How often the ends of the logs are asked for, ns: a recreated topic is noticed within this time.
  private static let interval: Int64 = 2_000_000_000
  /// How long a search may have no answer before that is reported, once, ns.
  private static let silence: Int64 = 2_000_000_000
  /// How often new partitions of the topic are asked for, ns: as often as a group does.
  private static let growthInterval: Int64 = 5_000_000_000
  /// The least time between two questions, ns; the second where some partitions have no leader.
  private static let pause: Int64 = 100_000_000
  private static let longPause: Int64 = 1_000_000_000

  private let client: KafkaClient
  private let topic: String
  private let group: String
  private let isPositioned: Bool
  private let readsAll: Bool
  private let searchTimeout: Int64
  private let chosen: [Int32: Int64]
  private let timeout: Int32
  private let questions: @Sendable () -> [Int32: GroupReading.LogQuestion]
  private let state = Monitor(State())

  /// - Parameters:
  ///   - chosen: the positions that this process set for the group at its start.
  ///   - questions: returns the questions about the logs.
  init(
    _ client: KafkaClient, _ options: FrameConsumer.Options, chosen: [Int32: Int64],
    questions: @escaping @Sendable () -> [Int32: GroupReading.LogQuestion]
  ) {
    self.client = client
    topic = options.topic
    group = options.group
    isPositioned = options.keepsPositions
    readsAll = options.partitions == .all
    searchTimeout = FrameClock.nanoseconds(options.searchTimeout)
    timeout = options.answerTimeout
    self.chosen = chosen
    self.questions = questions
    _ = PipelineThread("kafka-offsets") { [self] in run() }
  }

  /// Starts a search for where partitions begin; replaces the previous one.
  func search(_ search: Search) {
    state.withLock { state in
      state.search = search
      state.isFoundInPart = false
      state.searchEnds = FrameClock.monotonic() + searchTimeout
      state.troubleIsTold = FrameClock.monotonic() + Self.silence
    }
    state.wakeAll()
  }

  /// Makes the thread ask for the ends of the logs now.
  func ask() {
    state.withLock { $0.isAsked = true }
    state.wakeAll()
  }

  /// Returns and removes the answers since the last call.
  func takeAnswers() -> [Answer] {
    state.withLock { state in
      guard !state.answers.isEmpty else { return [] }
      defer { state.answers = [] }
      return state.answers
    }
  }

  func stop() {
    state.withLock { $0.isStopped = true }
    state.wakeAll()
  }

  private func run() {
    var nextGrowth = FrameClock.monotonic() + Self.growthInterval
    var nextEnds = FrameClock.monotonic() + Self.interval
    while true {
      let (search, isAsked, isStopped) = state.withLock(
        waitingUntil: { $0.search != nil || $0.isAsked || $0.isStopped }, deadline: nextEnds
      ) { state in
        defer { state.isAsked = false }
        return (state.search, state.isAsked, state.isStopped)
      }
      if isStopped { return }
      if let search { find(search) }
      if isAsked || FrameClock.monotonic() >= nextEnds {
        askForEnds()
        nextEnds = FrameClock.monotonic() + Self.interval
      }
      if readsAll, FrameClock.monotonic() >= nextGrowth {
        nextGrowth = FrameClock.monotonic() + Self.growthInterval
        // Without an answer the question is repeated.
        if let all = try? client.partitions(of: topic, milliseconds: timeout) {
          state.withLock { $0.answers.append(.partitions(all)) }
        }
      }
      let now = FrameClock.monotonic()
      let (short, long) = (now + Self.pause, now + Self.longPause)
      state.withLock(waitingUntil: { $0.isStopped }, deadline: short) { _ in }
      // A partition without a leader delays each question by a second, while partitions already found are read.
      state.withLock(
        waitingUntil: { $0.isStopped || $0.isAsked || !$0.isFoundInPart }, deadline: long
      ) { _ in }
    }
  }

  private func find(_ search: Search) {
    do throws(TransportError) {
      let beginnings = try beginnings(search)
      state.withLock { state in
        state.answers.append(.found(beginnings, search: search.number))
        guard state.search?.number == search.number else { return }
        let found = Set(beginnings.map(\.partition))
        let left = search.partitions.filter { !found.contains($0) }
        state.isFoundInPart = !left.isEmpty
        state.search =
          left.isEmpty ? nil : Search(number: search.number, partitions: left, marks: search.marks)
      }
    } catch {
      state.withLock { state in
        if state.isFoundInPart { return }
        let now = FrameClock.monotonic()
        guard now >= state.searchEnds else {
          guard now >= state.troubleIsTold else { return }
          state.troubleIsTold = .max
          return state.answers.append(.trouble(error))
        }
        state.answers.append(.gaveUp(error))
        if state.search?.number == search.number { state.search = nil }
      }
    }
  }

  /// Returns the beginnings of the partitions for which brokers answered. An unanswered question about a position is
  /// not the same as no position, with which the group would read everything again.
  /// - Throws: if no beginning was found.
  private func beginnings(_ search: Search) throws(TransportError) -> [PartitionBeginning] {
    let committed: [Int32: Int64?] =
      isPositioned ? try client.positions(topic, search.partitions, group: group, milliseconds: timeout) : [:]
    let logs = client.logEnds(topic, search.partitions, milliseconds: timeout)
    let firstLater = firstLater(search.marks.filter { search.partitions.contains($0.key) })
    let now = FrameClock.now() / 1_000_000
    let firstNew = client.offsets(topic, at: search.partitions.map { ($0, now + 1) }, milliseconds: timeout)
    var result: [PartitionBeginning] = []
    for partition in search.partitions {
      guard let log = logs[partition], search.marks[partition] == nil || firstLater[partition] != nil else {
        continue
      }
      var isAnother = false
      if let mark = search.marks[partition], let later = firstLater[partition] {
        isAnother = later >= 0 && later < mark.first
      }
      let position = isPositioned ? committed[partition] ?? nil : chosen[partition]
      result.append(
        PartitionBeginning(
          partition: partition, committed: position, chosen: chosen[partition], log: log,
          isAnother: isAnother,
          asked: firstNew[partition] == nil ? nil : now,
          firstLater: firstNew[partition].flatMap { $0 >= 0 ? $0 : nil }))
    }
    if result.isEmpty {
      throw client.failure(
        "requesting the first offsets of partitions \(search.partitions) of \(topic)", .timedOut)
    }
    return result
  }

  /// Returns the offset of the first record later than each mark; -1 for none.
  private func firstLater(_ marks: [Int32: PartitionProgress.Mark]) -> [Int32: Int64] {
    client.offsets(topic, at: marks.map { ($0.key, $0.value.newest + 1) }, milliseconds: timeout)
  }

  private func askForEnds() {
    let answers = answers(questions(), milliseconds: timeout)
    state.withLock { $0.answers += answers }
  }

  /// Asks the brokers now, and waits for the answers.
  func answers(
    _ questions: [Int32: GroupReading.LogQuestion], milliseconds: Int32
  ) -> [Answer] {
    guard !questions.isEmpty else { return [] }
    let firstLater = firstLater(questions.compactMapValues(\.log.mark))
    let logs = client.logEnds(topic, questions.keys.sorted(), milliseconds: milliseconds)
    return questions.compactMap { partition, question in
      guard let log = logs[partition] else { return nil }
      var asked = question.log
      // An unanswered question is not the same as no such record.
      if firstLater[partition] == nil { (asked.mark, asked.isMarkSure) = (nil, false) }
      let later = firstLater[partition].flatMap { $0 >= 0 ? $0 : nil }
      return .log(
        partition, PartitionProgress.LogEnds(question: asked, log: log, firstLater: later),
        assignment: question.assignment)
    }
  }
}
