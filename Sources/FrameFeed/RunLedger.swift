import FrameCore
import FrameLatency
import KafkaTransport

/// Keeps the books of every run that was seen: what arrived, what is missing, what was made of it.
final class RunLedger: Sendable {
  private struct RunKey: Hashable {
    let feed: String
    let run: String
  }

  private struct FeedPlace: Hashable {
    let feed: String
    let partition: Int32
  }

  private struct RunBook {
    var tracker: SequenceTracker
    var partition: Int32
    /// From before the partition was taken away and given back.
    var earlier = FrameCounts(received: 0, missing: 0, duplicate: 0, reordered: 0)
    var ended = false
    var unnumbered = 0
    var decoded = 0
    var inferred = 0
    var rejected = 0
    var dropped = 0

    var counts: FrameCounts {
      let now = FrameCounts(
        received: tracker.received + unnumbered, decoded: decoded, inferred: inferred,
        missing: tracker.missing, duplicate: tracker.duplicate, reordered: tracker.reordered,
        droppedStale: dropped > 0 ? dropped : nil, rejected: rejected)
      return earlier + now
    }
  }

  private struct State {
    var books: [RunKey: RunBook] = [:]
    /// Partitions whose reading began in their middle.
    var midway: Set<Int32> = []
    /// Feeds met in a partition since it was given: their later runs are seen from the start.
    var met: Set<FeedPlace> = []
    var assigned: Set<Int32> = []
    /// One past the last record taken of each partition.
    var next: [Int32: Int64] = [:]
    var rejectedWithoutRun = 0
    var lost: Int64 = 0
    var isFull = false
  }

  /// Run ids are hostile input: beyond so many, frames of further runs count in the totals only.
  private static let maximumRuns = 10_000

  private let state = Monitor(State())

  func assigned(_ partitions: [AssignedPartition]) {
    state.withLock { state in
      for given in partitions {
        state.assigned.insert(given.partition)
        state.lost += given.lost
        if given.isMadeAnew {
          // Its offsets are others now; what comes again is known by its numbers, as in a log that was cut.
          state.next[given.partition] = nil
          continue
        }
        // It goes on where this sink was, or before: what comes again is duplicate.
        if let offset = given.offset, let next = state.next[given.partition], offset <= next { continue }
        if given.startsMidway { state.midway.insert(given.partition) }
        state.met = state.met.filter { $0.partition != given.partition }
        // Another sink may have read on meanwhile: what it had is not missing here.
        for (key, book) in state.books where book.partition == given.partition {
          var next = book
          next.earlier =
            book.earlier
            + FrameCounts(
              received: book.tracker.received, missing: book.tracker.missing,
              duplicate: book.tracker.duplicate, reordered: book.tracker.reordered)
          next.tracker = SequenceTracker(startsMidRun: true)
          state.books[key] = next
        }
      }
    }
  }

  func revoked(_ partitions: [Int32]) {
    state.withLock { $0.assigned.subtract(partitions) }
  }

  /// Partitions that are this sink's now.
  var assignedPartitions: Set<Int32> { state.withLock { $0.assigned } }

  /// Takes note of a record, whatever it is.
  /// - Returns: whether this sink had it before: a partition was taken away and given back.
  func took(partition: Int32, offset: Int64) -> Bool {
    state.withLock { state in
      guard offset >= state.next[partition] ?? 0 else { return true }
      state.next[partition] = offset + 1
      return false
    }
  }

  /// Takes note of a frame's arrival.
  /// - Parameter isAgain: whether its record was taken before.
  /// - Returns: whether it is to be decoded: not a second time.
  func arrived(_ identity: FrameIdentity, partition: Int32, isAgain: Bool) -> Bool {
    state.withLock { state in
      var isNew = !isAgain
      Self.update(&state, identity, partition) { book in
        if let sequence = identity.sequence {
          isNew = book.tracker.observe(sequence: sequence) != .duplicate
        } else if isNew {
          book.unnumbered += 1
        }
      }
      return isNew
    }
  }

  func ended(_ identity: FrameIdentity, count: Int, partition: Int32) {
    state.withLock { state in
      Self.update(&state, identity, partition) { book in
        book.tracker.end(count: count)
        book.ended = true
      }
    }
  }

  /// Takes note of a record that is no frame, or whose payload cannot be decoded.
  /// - Parameter arrived: whether ``arrived(_:partition:)`` has counted it.
  func rejected(_ identity: FrameIdentity?, partition: Int32, arrived: Bool) {
    state.withLock { state in
      guard let identity else {
        state.rejectedWithoutRun += 1
        return
      }
      Self.update(&state, identity, partition) { book in
        book.rejected += 1
        if !arrived, let sequence = identity.sequence { _ = book.tracker.observe(sequence: sequence) }
      }
    }
  }

  /// Takes note of a frame that was dropped for its age, or for a newer one.
  func dropped(_ identity: FrameIdentity, partition: Int32) {
    state.withLock { state in
      Self.update(&state, identity, partition) { $0.dropped += 1 }
    }
  }

  func inferred(_ identity: FrameIdentity, partition: Int32) {
    state.withLock { state in
      Self.update(&state, identity, partition) { book in
        book.decoded += 1
        book.inferred += 1
      }
    }
  }

  private static func update(
    _ state: inout State, _ identity: FrameIdentity, _ partition: Int32, _ body: (inout RunBook) -> Void
  ) {
    let key = RunKey(feed: identity.feed, run: identity.run)
    guard let known = state.books.index(forKey: key) else {
      if state.books.count >= maximumRuns {
        state.isFull = true
        let rest = RunKey(feed: "(further runs)", run: "")
        body(
          &state.books[
            rest, default: RunBook(tracker: SequenceTracker(startsMidRun: true), partition: partition)])
        return
      }
      let place = FeedPlace(feed: identity.feed, partition: partition)
      let startsMidRun = state.midway.contains(partition) && !state.met.contains(place)
      state.met.insert(place)
      var book = RunBook(tracker: SequenceTracker(startsMidRun: startsMidRun), partition: partition)
      body(&book)
      state.books[key] = book
      return
    }
    state.books.values[known].partition = partition
    body(&state.books.values[known])
  }

  /// Whether at least one run has been seen to its end and every run in the partitions read here has.
  var allEnded: Bool {
    state.withLock { state in
      let books = state.books.filter { !$0.key.run.isEmpty }.values
      return books.contains(where: \.ended)
        && books.allSatisfy { $0.ended || !state.assigned.contains($0.partition) }
    }
  }

  /// Runs whose end has not been seen, by feed and run, with the last frame that was.
  var unended: [(identity: FrameIdentity, last: Int)] {
    state.withLock { state in
      state.books.filter { !$0.key.run.isEmpty && !$0.value.ended }.map { key, book in
        (FrameIdentity(feed: key.feed, run: key.run, sequence: nil), book.tracker.highestSeen ?? -1)
      }.sorted { ($0.identity.feed, $0.identity.run) < ($1.identity.feed, $1.identity.run) }
    }
  }

  /// One report a run, by feed and run.
  var reports: [FeedReport] {
    state.withLock { state in
      state.books.map { key, book in
        let counts = book.counts
        return FeedReport(
          feed: key.feed, run: key.run, frames: counts,
          complete: book.ended && counts.missing == 0 && counts.rejected == 0)
      }.sorted { ($0.feed, $0.run) < ($1.feed, $1.run) }
    }
  }

  /// The counts of all runs together.
  var totals: FrameCounts {
    let rest = state.withLock { $0.rejectedWithoutRun }
    let none = FrameCounts(
      received: 0, decoded: 0, inferred: 0, missing: 0, duplicate: 0, reordered: 0, rejected: rest)
    return reports.reduce(none) { $0 + $1.frames }
  }

  /// Records that the topic dropped before this group had read them.
  var lost: Int64 { state.withLock { $0.lost } }
}

extension RunLedger {
  /// Most runs that are named.
  private static let maximumNamed = 10

  /// One line for each run without an end.
  var unendedNotes: [String] {
    let all = unended
    var notes = all.prefix(Self.maximumNamed).map { identity, last in
      let place = last < 0 ? "before its first frame" : "after frame \(last)"
      return "run \(identity.run) of feed \(identity.feed) has no end: its source stopped \(place)"
    }
    if all.count > notes.count { notes.append("\(all.count - notes.count) further runs have no end") }
    return notes
  }
}
