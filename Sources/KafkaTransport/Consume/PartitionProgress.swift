/// How far one partition was read, in one assignment: a value without locks, threads or Kafka, created when the
/// partition is assigned and dropped when it is given up. Its methods process events and return actions.
///
/// librdkafka alone reads wrong offsets in two cases. After a batch that fails its checksum it continues inside that
/// batch's bytes, and may read its next offset from pixels; and it would silently replace a position that the log does
/// not have (`auto.offset.reset`, which is `error` here). So every offset is compared with the expected one.
struct PartitionProgress: Sendable, Hashable {
  enum Phase: Hashable {
    case reading
    /// The client's position is wrong or unknown: records are dropped until the log's ends are known.
    case astray
    /// It is being revoked: fetched records are dropped, records in hand are still answered. Its position is valid for
    /// the next consumer once the brokers have confirmed that the log is still the one that was read.
    case leaving(isConfirmed: Bool)

    var isLeaving: Bool { if case .leaving = self { true } else { false } }
  }

  /// The mark that identifies a log: its first record later than `newest` (ms since the Unix epoch) is at `first` or
  /// after it. A recreated topic has such records before `first`.
  ///
  /// It comes from the brokers, not from the records read: they count control records and those of aborted transactions
  /// too. It stays valid, as a log grows only at its end and loses records only at its beginning.
  struct Mark: Hashable {
    var newest: Int64
    var first: Int64
  }

  /// A question to the brokers about a log, with the partition's state when it is asked.
  struct LogQuestion: Hashable {
    /// The question is for the first record later than this mark's `newest`.
    var mark: Mark?
    /// Whether the mark identifies the log already; otherwise the answer makes it do so.
    var isMarkSure: Bool
    var next: Int64
    var restarts: Int
    /// Whether the answer confirms the position of a partition being revoked.
    var isFinal = false
  }

  /// The brokers' answer.
  struct LogEnds: Equatable {
    var question: LogQuestion
    /// The first offset kept, and the offset after the last readable record.
    var log: Range<Int64>
    /// The offset of the first record later than the mark's `newest`; `nil` when there is none.
    var firstLater: Int64?
  }

  /// An action for the consumer.
  enum Action: Equatable {
    case seek(Int64)
    /// Store this offset: all before it is answered.
    case store(Int64)
    /// Commit this position, though it is before the committed one.
    case commit(Int64)
    /// Ask for the log's ends now.
    case ask
    case lost(Range<Int64>)
    case recreated(from: Int64, beginning: Int64)
    /// A record arrived damaged: it is fetched again, or given up for good.
    case damaged(Int64, isGivenUp: Bool, reason: String)
  }

  /// How often a damaged record is fetched again.
  static let tries = 3

  let beginning: PartitionBeginning
  /// How often the topic was found to be recreated.
  private(set) var restarts = 0
  private(set) var phase = Phase.reading
  /// The next offset to return.
  private(set) var next: Int64
  /// The offsets returned and not answered yet, ascending.
  private(set) var inHand: [Int64] = []
  /// The position stored last.
  private(set) var stored: Int64?
  /// The time of the newest record before ``next``, or a later time, ms since the Unix epoch.
  private var newest: Int64?
  /// The mark that identifies this log later; `nil` while there is none.
  private(set) var mark: Mark?
  /// How often the record at ``next`` arrived damaged.
  private var damages = 0

  init(_ beginning: PartitionBeginning) {
    self.beginning = beginning
    next = beginning.offset
    newest = beginning.newestBefore
    if let newest, next > 0 { mark = Mark(newest: newest, first: next) }
    // Records lost before the beginning are reported once: the group continues after them.
    if beginning.lost.isEmpty { stored = beginning.offset }
  }

  /// The offset of the first record that is not answered.
  var answered: Int64 { inHand.first ?? next }

  /// Whether all returned records are answered.
  var isAnswered: Bool { inHand.isEmpty }

  /// Whether it is being revoked and the brokers have confirmed its position.
  var isConfirmed: Bool { phase == .leaving(isConfirmed: true) }

  /// Processes a fetched record.
  /// - Returns: whether it is to be returned to the caller.
  mutating func fetched(_ offset: Int64, timestamp: Int64?) -> (isNext: Bool, actions: [Action]) {
    guard phase == .reading else { return (false, []) }
    guard offset >= next else {
      phase = .astray
      return (false, [.ask])
    }
    // A forward jump is a control record or the result of compaction: records deleted at the position give an error of
    // their own, see ``positionIsGone()``.
    // From its first record on the log can be identified, once the brokers are asked.
    let isFirst = next == beginning.offset
    next = offset + 1
    damages = 0
    inHand.append(offset)
    if let timestamp, timestamp > newest ?? .min { newest = timestamp }
    return (true, isFirst ? [.ask] : [])
  }

  /// Processes a returned record that is answered, dropped or refused for good.
  mutating func done(_ offset: Int64) {
    let at = inHand.withUnsafeBufferPointer { lowerBound($0, offset) }
    guard at < inHand.count, inHand[at] == offset else { return }
    inHand.remove(at: at)
  }

  /// Returns the position that is answered and not stored yet.
  mutating func markStored() -> Action? {
    guard answered != stored else { return nil }
    stored = answered
    return .store(answered)
  }

  /// Processes the client's report of the end of the log, for now.
  /// - Parameter offset: the offset of the next record; control records may be before it.
  /// - Returns: whether all records before it have been returned.
  mutating func reachedEnd(_ offset: Int64) -> (isEnd: Bool, actions: [Action]) {
    guard phase == .reading else { return (false, []) }
    guard offset >= next else {
      phase = .astray
      return (false, [.ask])
    }
    next = offset
    return (true, [])
  }

  /// Processes an unknown position of the client: the log does not have it (deleted, or after its end), or the client
  /// could not seek to it.
  mutating func positionIsGone() -> [Action] {
    guard !phase.isLeaving else { return [] }
    phase = .astray
    return [.ask]
  }

  /// Processes that the next record is damaged.
  mutating func cameDamaged(_ reason: String) -> [Action] {
    guard phase == .reading else { return [] }
    guard damages >= Self.tries else {
      damages += 1
      return [.damaged(next, isGivenUp: false, reason: reason), .seek(next)]
    }
    // A batch holds any number of records: each is skipped by itself, so that the following ones are not lost.
    let given = next
    next += 1
    damages = 0
    return [.damaged(given, isGivenUp: true, reason: reason), .seek(next)]
  }

  /// Returns the question about the log for the brokers.
  /// - Parameter isFinal: whether the answer is to confirm the position of a partition being revoked.
  func ask(isFinal: Bool = false) -> LogQuestion {
    let now = newest.map { Mark(newest: $0, first: next) }
    return LogQuestion(
      mark: mark ?? now, isMarkSure: mark != nil, next: next, restarts: restarts,
      isFinal: isFinal)
  }

  /// Processes the brokers' answer about the log's ends.
  mutating func noteEnds(_ ends: LogEnds) -> [Action] {
    let question = ends.question
    guard question.restarts == restarts else { return [] }
    let holds = question.mark.map { ends.firstLater ?? .max >= $0.first }
    if ends.log.upperBound < question.next || (question.isMarkSure && holds == false) {
      return restartLog(ends.log.lowerBound)
    }
    // It is still the log whose records before the question's offset were read.
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

  private mutating func restartLog(_ first: Int64) -> [Action] {
    let before = next
    restarts += 1
    phase = phase.isLeaving ? .leaving(isConfirmed: true) : .reading
    next = first
    stored = first
    inHand.removeAll(keepingCapacity: true)
    newest = nil
    mark = nil
    damages = 0
    // The client would commit the previously stored position again.
    let steps: [Action] = [.recreated(from: before, beginning: first), .store(first), .commit(first)]
    return phase.isLeaving ? steps : steps + [.seek(first)]
  }

  /// Starts the revocation of the partition.
  mutating func leave() { phase = .leaving(isConfirmed: false) }
}

/// Returns the first index at which an ascending list is not below a value.
private func lowerBound(_ list: UnsafeBufferPointer<Int64>, _ value: Int64) -> Int {
  var (low, high) = (0, list.count)
  while low < high {
    let middle = low + (high - low) / 2
    if list[middle] < value { low = middle + 1 } else { high = middle }
  }
  return low
}
