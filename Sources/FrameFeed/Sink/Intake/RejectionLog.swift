import FrameLatency

/// Which rejections are told, and the last few of them. A value: the time is passed in.
///
/// What is refused is hostile input, and may come faster than a log can take: the first ``toldAMinute`` of each minute
/// are told one by one, the rest as one number when the minute is over. Counters elsewhere stay exact.
struct RejectionLog: Sendable {
  /// Told one by one in each minute.
  static let toldAMinute = 20
  static let minute: Int64 = 60_000_000_000
  /// Kept for ``FeedSnapshot``.
  static let kept = 16
  /// Longest reason and name of a feed that are kept, characters.
  static let longestText = 200

  /// What to say now.
  struct Telling: Equatable {
    /// Whether this one is told by itself.
    var isTold: Bool
    /// How many of the minute before were not, if any.
    var withheld: Int?
  }

  private var began: Int64?
  private var told = 0
  private var withheld = 0
  private var next = 0
  private var ring: [(at: Int64, what: FeedSnapshot.Rejection)] = []
  private var hasToldOfQuota = false

  /// - Parameter now: monotonic, ns.
  mutating func note(at now: Int64) -> Telling {
    let before = ended(at: now)
    if began == nil { began = now }
    if told < Self.toldAMinute {
      told += 1
      return Telling(isTold: true, withheld: before)
    }
    withheld += 1
    return Telling(isTold: false, withheld: before)
  }

  /// How many were not told one by one in a minute that is over; `nil` where there is nothing to say.
  /// - Parameter now: monotonic, ns; `.max` ends the minute.
  mutating func ended(at now: Int64) -> Int? {
    guard let began, now == .max || now - began >= Self.minute else { return nil }
    defer { (self.began, told, withheld) = (nil, 0, 0) }
    return withheld > 0 ? withheld : nil
  }

  /// Keeps one of the last few.
  /// - Parameter time: ns since the Unix epoch.
  mutating func keep(at time: Int64, partition: Int32, offset: Int64, feed: String?, reason: String) {
    let what = FeedSnapshot.Rejection(
      time: "", partition: partition, offset: offset, feed: feed.map(Self.cut), reason: Self.cut(reason))
    if ring.count < Self.kept { ring.append((time, what)) } else { ring[next] = (time, what) }
    next = (next + 1) % Self.kept
  }

  /// The last few, the newest last.
  var last: [FeedSnapshot.Rejection] {
    let ordered = ring.count < Self.kept ? ring : Array(ring[next...] + ring[..<next])
    return ordered.map { at, what in
      var what = what
      what.time = RunReport.timestamp(at)
      return what
    }
  }

  /// - Returns: whether it is the first time that this is asked.
  mutating func tellsOfQuota() -> Bool {
    defer { hasToldOfQuota = true }
    return !hasToldOfQuota
  }

  private static func cut(_ text: String) -> String {
    text.utf8.count > longestText ? text.prefix(longestText - 1) + "…" : text
  }
}
