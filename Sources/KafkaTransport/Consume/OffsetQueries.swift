import FrameCore

/// Asks the brokers, on a thread of its own, where partitions begin and where their logs end: no answer that is late or
/// never comes holds up the polling, and with it the group.
final class OffsetQueries: Sendable {
  /// What a search of beginnings needs to know.
  struct Search: Sendable {
    var number: Int
    var partitions: [Int32]
    /// What logs that were read before are recognised by.
    var marks: [Int32: PartitionProgress.Mark]
  }

  enum Answer: Sendable {
    case found([PartitionBeginning], search: Int)
    /// Not yet; it is asked again.
    case trouble(TransportError)
    /// Nothing was found in the time there is.
    case gaveUp(TransportError)
    case log(Int32, PartitionProgress.LogEnds, assignment: Int)
    /// All partitions of the topic.
    case partitions([Int32])
  }

  private struct State {
    var search: Search?
    /// When the search is given up, monotonic ns.
    var searchEnds = Int64.max
    /// When it is told that the search finds no answer; a topic that was just made has no leaders for a moment.
    var troubleIsTold = Int64.max
    /// Whether some of it has been found: the rest has no leader now, and is waited for as long as that takes.
    var isFoundInPart = false
    var isAsked = false
    var answers: [Answer] = []
    var isStopped = false
  }

  /// How often the ends of the logs are asked for, ns: so soon a topic that was made anew is noticed.
  private static let interval: Int64 = 2_000_000_000
  /// How long a search may stay without an answer before that is told, once, ns.
  private static let silence: Int64 = 2_000_000_000
  /// How often partitions are asked for that a topic was given, ns: as often as a group asks.
  private static let growthInterval: Int64 = 5_000_000_000
  /// The least time between two questions, ns; and where some partitions have no leader.
  private static let pause: Int64 = 100_000_000
  private static let longPause: Int64 = 1_000_000_000

  private let client: KafkaClient
  private let topic: String
  private let group: String
  private let isPositioned: Bool
  private let readsAll: Bool
  private let patience: Int64
  private let chosen: [Int32: Int64]
  private let timeout: Int32
  private let questions: @Sendable () -> [Int32: GroupReading.LogQuestion]
  private let state = Monitor(State())

  /// - Parameters:
  ///   - chosen: where this process told the group to begin.
  ///   - questions: what to ask of the logs.
  init(
    _ client: KafkaClient, _ options: FrameConsumer.Options, chosen: [Int32: Int64],
    questions: @escaping @Sendable () -> [Int32: GroupReading.LogQuestion]
  ) {
    self.client = client
    topic = options.topic
    group = options.group
    isPositioned = options.keepsPositions
    readsAll = options.partitions == .all
    patience = FrameClock.nanoseconds(options.patience)
    timeout = options.answerTimeout
    self.chosen = chosen
    self.questions = questions
    _ = PipelineThread("kafka-offsets") { [self] in run() }
  }

  /// Finds where partitions begin; replaces the search before.
  func search(_ search: Search) {
    state.withLock { state in
      state.search = search
      state.isFoundInPart = false
      state.searchEnds = FrameClock.monotonic() + patience
      state.troubleIsTold = FrameClock.monotonic() + Self.silence
    }
    state.wakeAll()
  }

  /// Asks for the ends of the logs now.
  func ask() {
    state.withLock { $0.isAsked = true }
    state.wakeAll()
  }

  /// What came in since the last call.
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
        // Where nobody tells, it is asked again.
        if let all = try? client.partitions(of: topic, milliseconds: timeout) {
          state.withLock { $0.answers.append(.partitions(all)) }
        }
      }
      let now = FrameClock.monotonic()
      let (short, long) = (now + Self.pause, now + Self.longPause)
      state.withLock(waitingUntil: { $0.isStopped }, deadline: short) { _ in }
      // What has no leader costs each question a second, and what was found is read.
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

  /// A position that the brokers do not tell is not the same as none, from which the group would read all again.
  /// - Returns: of those partitions of which brokers tell.
  /// - Throws: where there are none.
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
      throw client.failure("asking where partitions \(search.partitions) of \(topic) begin", .timedOut)
    }
    return result
  }

  /// The first record that is later than a mark; -1 for none.
  private func firstLater(_ marks: [Int32: PartitionProgress.Mark]) -> [Int32: Int64] {
    client.offsets(topic, at: marks.map { ($0.key, $0.value.newest + 1) }, milliseconds: timeout)
  }

  private func askForEnds() {
    let answers = answers(questions(), milliseconds: timeout)
    state.withLock { $0.answers += answers }
  }

  /// Asks now, and waits for the answers.
  func answers(
    _ questions: [Int32: GroupReading.LogQuestion], milliseconds: Int32
  ) -> [Answer] {
    guard !questions.isEmpty else { return [] }
    let firstLater = firstLater(questions.compactMapValues(\.log.mark))
    let logs = client.logEnds(topic, questions.keys.sorted(), milliseconds: milliseconds)
    return questions.compactMap { partition, question in
      guard let log = logs[partition] else { return nil }
      var asked = question.log
      // What nobody tells is not the same as none.
      if firstLater[partition] == nil { (asked.mark, asked.isMarkSure) = (nil, false) }
      let later = firstLater[partition].flatMap { $0 >= 0 ? $0 : nil }
      return .log(
        partition, PartitionProgress.LogEnds(question: asked, log: log, firstLater: later),
        assignment: question.assignment)
    }
  }
}
