/// What became of the frames. A count that does not apply to a command is absent, never zero.
public struct FrameCounts: Codable, Sendable, Equatable {
  public var sent: Int?
  public var acknowledged: Int?
  /// Frames that arrived, each once.
  public var received: Int?
  public var decoded: Int?
  public var inferred: Int?
  /// Sent and never seen, though all places where they could be were read.
  public var missing: Int?
  /// Records that were received again.
  public var duplicate: Int?
  /// Seen after a later one.
  public var reordered: Int?
  /// Dropped because a queue was full.
  public var droppedFull: Int?
  /// Dropped because they were too old to be worth the model's time.
  public var droppedStale: Int?
  /// Pictures of which samples are lost, and which were kept all the same.
  public var damaged: Int?
  /// Broken or over a limit.
  public var rejected: Int?
  /// Deleted from the topic before this group had read them, records.
  public var lost: Int?
  /// From before the place where this group began, or behind where it was stopped.
  public var notRead: Int?
  /// Sink: due and not sent, as the sources have told: dropped for a full queue, or not readable.
  public var notSent: Int?

  public init(
    sent: Int? = nil, acknowledged: Int? = nil, received: Int? = nil, decoded: Int? = nil,
    inferred: Int? = nil, missing: Int? = nil, duplicate: Int? = nil, reordered: Int? = nil,
    droppedFull: Int? = nil, droppedStale: Int? = nil, damaged: Int? = nil, rejected: Int? = nil,
    lost: Int? = nil, notRead: Int? = nil, notSent: Int? = nil
  ) {
    self.sent = sent
    self.acknowledged = acknowledged
    self.received = received
    self.decoded = decoded
    self.inferred = inferred
    self.missing = missing
    self.duplicate = duplicate
    self.reordered = reordered
    self.droppedFull = droppedFull
    self.droppedStale = droppedStale
    self.damaged = damaged
    self.rejected = rejected
    self.lost = lost
    self.notRead = notRead
    self.notSent = notSent
  }

  /// The counts that apply, by their name in the report, in the order of the pipeline.
  var applicable: [(name: String, count: Int)] {
    let all: [(String, Int?)] = [
      ("sent", sent), ("acknowledged", acknowledged), ("received", received), ("decoded", decoded),
      ("inferred", inferred), ("missing", missing), ("duplicate", duplicate), ("reordered", reordered),
      ("droppedFull", droppedFull), ("droppedStale", droppedStale), ("damaged", damaged),
      ("rejected", rejected), ("lost", lost), ("notRead", notRead),
      ("notSent", notSent),
    ]
    return all.compactMap { name, count in count.map { (name, $0) } }
  }

  /// Adds two parts of a run, count by count, as ``sum(_:)`` does.
  public static func + (left: FrameCounts, right: FrameCounts) -> FrameCounts {
    func sum(_ path: KeyPath<FrameCounts, Int?>) -> Int? {
      Self.sum([left[keyPath: path], right[keyPath: path]])
    }
    return FrameCounts(
      sent: sum(\.sent), acknowledged: sum(\.acknowledged), received: sum(\.received),
      decoded: sum(\.decoded), inferred: sum(\.inferred), missing: sum(\.missing),
      duplicate: sum(\.duplicate), reordered: sum(\.reordered), droppedFull: sum(\.droppedFull),
      droppedStale: sum(\.droppedStale), damaged: sum(\.damaged), rejected: sum(\.rejected),
      lost: sum(\.lost), notRead: sum(\.notRead), notSent: sum(\.notSent))
  }

  /// Adds counts that may not apply: absent only if all are. Stops at `Int.max`, as hostile sequence numbers can make
  /// a feed miss that many.
  public static func sum(_ counts: [Int?]) -> Int? {
    counts.compactMap(\.self).reduce(nil) { total, count in
      let (sum, overflow) = (total ?? 0).addingReportingOverflow(count)
      return overflow ? .max : sum
    }
  }

  /// Adds counts by name; absent only if all are.
  static func sum(_ counts: [[String: Int]?]) -> [String: Int]? {
    counts.compactMap(\.self).reduce(nil) { total, counts in
      (total ?? [:]).merging(counts) { sum([$0, $1]) ?? 0 }
    }
  }
}
