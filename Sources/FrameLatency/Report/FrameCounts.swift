/// The counts of frames by what happened to them. A count that does not apply to a command is absent, never zero.
public struct FrameCounts: Codable, Sendable, Equatable {
  public var sent: Int?
  public var acknowledged: Int?
  /// Frames received, each counted once.
  public var received: Int?
  public var decoded: Int?
  public var inferred: Int?
  /// Frames sent that were not found, although all positions where they could be were read.
  public var missing: Int?
  /// Frames received again.
  public var duplicate: Int?
  /// Frames received after a later one.
  public var reordered: Int?
  /// Frames dropped by a full queue.
  public var droppedFull: Int?
  /// Frames dropped because they were too old or a newer one replaced them.
  public var droppedStale: Int?
  /// Pictures with lost samples that were kept.
  public var damaged: Int?
  /// Frames that are broken or over a limit.
  public var rejected: Int?
  /// Records that this group could not read: deleted first, or damaged.
  public var lost: Int?
  /// Frames before the position where this group began, or after the one where it stopped.
  public var notRead: Int?
  /// Sink: frames that were due and not sent, as reported by the sources: dropped by a full queue, or unreadable.
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

  /// The counts that apply, by their names in the report, in the order of the pipeline.
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

  /// Adds the counts of two parts of a run, as ``sum(_:)`` does.
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

  /// Returns the sum of counts; `nil` only if all are. Saturates at `Int.max`, as hostile sequence numbers can make a
  /// feed miss that many.
  public static func sum(_ counts: [Int?]) -> Int? {
    counts.compactMap(\.self).reduce(nil) { total, count in
      let (sum, overflow) = (total ?? 0).addingReportingOverflow(count)
      return overflow ? .max : sum
    }
  }

  /// Returns the sums of counts by name; `nil` only if all are.
  static func sum(_ counts: [[String: Int]?]) -> [String: Int]? {
    counts.compactMap(\.self).reduce(nil) { total, counts in
      (total ?? [:]).merging(counts) { sum([$0, $1]) ?? 0 }
    }
  }
}
