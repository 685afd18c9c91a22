import FrameLatency

/// Decides which rejections are logged, and keeps the last few. A value type; the time is a parameter.
///
/// Rejected records are hostile input and may come faster than a log can be written: the first ``loggedAMinute`` of each
/// minute are logged one by one, the others as one number when the minute ends. Counters elsewhere stay exact.
struct RejectionLog: Sendable {
  /// The rejections that are logged one by one in each minute.
  static let loggedAMinute = 20
  static let minute: Int64 = 60_000_000_000
  /// The rejections kept for ``FeedSnapshot``.
  static let kept = 16
  /// The most UTF-8 bytes that are kept of a reason or feed name.
  static let longestText = 200

  /// What to log now.
  struct Telling: Equatable {
    /// Whether this rejection is logged by itself.
    var isTold: Bool
    /// The number of rejections of the previous minute that were not logged, if any.
    var withheld: Int?
  }

  private var began: Int64?
  private var logged = 0
  private var withheld = 0
  private var next = 0
  private var ring: [(at: Int64, what: FeedSnapshot.Rejection)] = []
  private var hasToldOfQuota = false

  /// - Parameter now: monotonic, ns.
  mutating func note(at now: Int64) -> Telling {
    let before = ended(at: now)
    if began == nil { began = now }
    if logged < Self.loggedAMinute {
      logged += 1
      return Telling(isTold: true, withheld: before)
    }
    withheld += 1
    return Telling(isTold: false, withheld: before)
  }

  /// Returns the number of rejections that were not logged in a minute that is over; `nil` if there are none.
  /// - Parameter now: monotonic, ns; `.max` ends the minute.
  mutating func ended(at now: Int64) -> Int? {
    guard let began, now == .max || now - began >= Self.minute else { return nil }
    defer { (self.began, logged, withheld) = (nil, 0, 0) }
    return withheld > 0 ? withheld : nil
  }

  /// Keeps a rejection for the snapshot.
  /// - Parameter time: ns since the Unix epoch.
  mutating func keep(at time: Int64, partition: Int32, offset: Int64, feed: String?, reason: String) {
    let what = FeedSnapshot.Rejection(
      time: "", partition: partition, offset: offset, feed: feed.map(Self.cut), reason: Self.cut(reason))
    if ring.count < Self.kept { ring.append((time, what)) } else { ring[next] = (time, what) }
    next = (next + 1) % Self.kept
  }

  /// The last rejections, the newest last.
  var last: [FeedSnapshot.Rejection] {
    let ordered = ring.count < Self.kept ? ring : Array(ring[next...] + ring[..<next])
    return ordered.map { at, what in
      var what = what
      what.time = RunReport.timestamp(at)
      return what
    }
  }

  /// - Returns: true for the first call only.
  mutating func tellsOfQuota() -> Bool {
    defer { hasToldOfQuota = true }
    return !hasToldOfQuota
  }

  /// Returns a text of at most ``longestText`` bytes: whole characters, then `…` if some are left out.
  private static func cut(_ text: String) -> String {
    guard text.utf8.count > longestText else { return text }
    let mark = "…"
    let limit = text.utf8.index(text.startIndex, offsetBy: longestText - mark.utf8.count)
    var end = text.startIndex
    while case let next = text.index(after: end), next <= limit { end = next }
    return text[..<end] + mark
  }
}
