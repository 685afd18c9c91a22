/// How far one partition was read, in one assignment: a value without locks, threads or Kafka, made when the partition
/// is given and dropped when it is taken. Events go in, what is to be done comes out.
///
/// librdkafka alone goes astray in two ways. Behind a batch that fails its checksum it reads on inside that batch's
/// bytes, and may take its next offset from pixels; and a position that the log does not have it would replace without
/// a word (`auto.offset.reset`, which is `error` here). So every offset is held against the one expected.
struct PartitionProgress: Sendable, Hashable {
  enum Phase: Hashable {
    case reading
    /// The client reads somewhere else, or nothing: what comes is dropped until the log's ends are told.
    case astray
    /// It is being taken away: what comes is dropped, what is in hand is still answered. Its position is good for
    /// whoever comes next once the brokers have told that the log is still the one that was read.
    case leaving(isConfirmed: Bool)

    var isLeaving: Bool { if case .leaving = self { true } else { false } }
  }

  /// By what a log is recognised: its first record later than `newest` (ms since the Unix epoch) is at `first` or behind
  /// it. A topic that was made anew has such records before.
  ///
  /// The brokers' word, not what was read: they count control records and those of aborted transactions too. It holds
  /// for good, as a log grows at its end only and loses records at its beginning.
  struct Mark: Hashable {
    var newest: Int64
    var first: Int64
  }

  /// What is known of the partition when the brokers are asked for its log.
  struct LogQuestion: Hashable {
    /// The first record later than this mark's newest is asked for.
    var mark: Mark?
    /// Whether the log is recognised by it; else it is to become so.
    var isMarkSure: Bool
    var next: Int64
    var restarts: Int
    /// Whether the answer confirms what is handed over.
    var isFinal = false
  }

  /// The brokers' answer.
  struct LogEnds: Equatable {
    var question: LogQuestion
    /// The first offset kept, and the one behind the last readable record.
    var log: Range<Int64>
    /// The first record that is later than the mark's newest; `nil` when there is none.
    var firstLater: Int64?
  }

  /// What to do.
  enum Action: Equatable {
    case seek(Int64)
    /// Mark all before this offset as answered.
    case store(Int64)
    /// Make this the group's position, though it is before the one it has.
    case commit(Int64)
    /// Ask for the log's ends now.
    case ask
    case lost(Range<Int64>)
    case madeAnew(from: Int64, beginning: Int64)
    /// A record that comes damaged: it is fetched again, or given up for good.
    case damaged(Int64, isGivenUp: Bool, reason: String)
  }

  /// How often a damaged record is fetched again.
  static let tries = 3

  let beginning: PartitionBeginning
  /// Counts up each time the topic turns out to be made anew.
  private(set) var restarts = 0
  private(set) var phase = Phase.reading
  /// The first offset that was not handed out.
  private(set) var next: Int64
  /// Handed out and not answered yet, ascending.
  private(set) var inHand: [Int64] = []
  /// What was marked as answered last.
  private(set) var stored: Int64?
  /// When the newest record before ``next`` was written, or later, ms since the Unix epoch.
  private var newest: Int64?
  /// By what this log is recognised later; `nil` while it cannot be.
  private(set) var mark: Mark?
  /// How often the record at ``next`` came damaged.
  private var damages = 0

  init(_ beginning: PartitionBeginning) {
    self.beginning = beginning
    next = beginning.offset
    newest = beginning.newestBefore
    if let newest, next > 0 { mark = Mark(newest: newest, first: next) }
    // What was lost before the beginning is told once: the group goes on behind it.
    if beginning.lost.isEmpty { stored = beginning.offset }
  }

  /// The first record that is not answered.
  var answered: Int64 { inHand.first ?? next }

  /// Whether everything handed out has been answered.
  var isAnswered: Bool { inHand.isEmpty }

  /// Whether it is taken away, and its position is good for whoever comes next.
  var isConfirmed: Bool { phase == .leaving(isConfirmed: true) }

  /// A record has come.
  /// - Returns: whether it is to be handed out.
  mutating func fetched(_ offset: Int64, timestamp: Int64?) -> (isNext: Bool, actions: [Action]) {
    guard phase == .reading else { return (false, []) }
    guard offset >= next else {
      phase = .astray
      return (false, [.ask])
    }
    // A forward jump is a control record or what compaction took: records deleted under the position are an error of
    // their own, see ``positionIsGone()``.
    // From its first record on the log is one that can be recognised, once the brokers are asked.
    let isFirst = next == beginning.offset
    next = offset + 1
    damages = 0
    inHand.append(offset)
    if let timestamp, timestamp > newest ?? .min { newest = timestamp }
    return (true, isFirst ? [.ask] : [])
  }

  /// A record that was handed out is answered, dropped or refused for good.
  mutating func done(_ offset: Int64) {
    let at = inHand.withUnsafeBufferPointer { lowerBound($0, offset) }
    guard at < inHand.count, inHand[at] == offset else { return }
    inHand.remove(at: at)
  }

  /// What is answered and not marked yet.
  mutating func toStore() -> Action? {
    guard answered != stored else { return nil }
    stored = answered
    return .store(answered)
  }

  /// The client says that the log holds nothing more, for now.
  /// - Parameter offset: where the next record will be; control records lie before it.
  /// - Returns: whether that is where reading stands.
  mutating func reachedEnd(_ offset: Int64) -> (isEnd: Bool, actions: [Action]) {
    guard phase == .reading else { return (false, []) }
    guard offset >= next else {
      phase = .astray
      return (false, [.ask])
    }
    next = offset
    return (true, [])
  }

  /// The client reads at no position that is known: the brokers do not have it (deleted, or behind the end), or the
  /// client could not be sent there.
  mutating func positionIsGone() -> [Action] {
    guard !phase.isLeaving else { return [] }
    phase = .astray
    return [.ask]
  }

  /// The record that comes next is damaged.
  mutating func cameDamaged(_ reason: String) -> [Action] {
    guard phase == .reading else { return [] }
    guard damages >= Self.tries else {
      damages += 1
      return [.damaged(next, isGivenUp: false, reason: reason), .seek(next)]
    }
    // A batch holds any number of records: each is skipped by itself, so that what follows is not lost.
    let given = next
    next += 1
    damages = 0
    return [.damaged(given, isGivenUp: true, reason: reason), .seek(next)]
  }

  /// What to ask the brokers with.
  /// - Parameter isFinal: whether it is asked for a position that is handed over.
  func ask(isFinal: Bool = false) -> LogQuestion {
    let now = newest.map { Mark(newest: $0, first: next) }
    return LogQuestion(
      mark: mark ?? now, isMarkSure: mark != nil, next: next, restarts: restarts,
      isFinal: isFinal)
  }

  /// The brokers have told the log's ends.
  mutating func told(_ ends: LogEnds) -> [Action] {
    let question = ends.question
    guard question.restarts == restarts else { return [] }
    let holds = question.mark.map { ends.firstLater ?? .max >= $0.first }
    if ends.log.upperBound < question.next || (question.isMarkSure && holds == false) {
      return startAnew(ends.log.lowerBound)
    }
    // It is still the log in which all up to the question was read.
    if mark == nil, let asked = question.mark, ends.firstLater ?? asked.first > 0 {
      mark = Mark(newest: asked.newest, first: ends.firstLater ?? asked.first)
    }
    if phase.isLeaving, question.isFinal { phase = .leaving(isConfirmed: true) }
    guard phase == .astray else { return [] }
    phase = .reading
    guard ends.log.lowerBound > next else { return [.seek(next)] }
    let lost = next..<ends.log.lowerBound
    next = ends.log.lowerBound
    return [.lost(lost), .seek(next)]
  }

  private mutating func startAnew(_ first: Int64) -> [Action] {
    let before = next
    restarts += 1
    phase = phase.isLeaving ? .leaving(isConfirmed: true) : .reading
    next = first
    stored = first
    inHand.removeAll(keepingCapacity: true)
    newest = nil
    mark = nil
    damages = 0
    // The client would commit again what was stored before.
    let steps: [Action] = [.madeAnew(from: before, beginning: first), .store(first), .commit(first)]
    return phase.isLeaving ? steps : steps + [.seek(first)]
  }

  /// It is being taken away.
  mutating func leave() { phase = .leaving(isConfirmed: false) }
}

/// The first place at which an ascending list is not below a value.
private func lowerBound(_ list: UnsafeBufferPointer<Int64>, _ value: Int64) -> Int {
  var (low, high) = (0, list.count)
  while low < high {
    let middle = low + (high - low) / 2
    if list[middle] < value { low = middle + 1 } else { high = middle }
  }
  return low
}
