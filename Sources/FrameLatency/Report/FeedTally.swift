import FrameCore

/// The counts and latencies of each feed: a ``FeedTable`` and its lock. Thread-safe.
public final class FeedTally: Sendable {
  private let table = Lock(FeedTable())

  /// The slots processed under one lock, which limits how long recording threads wait.
  private static let atOnce = 64

  public init() {}

  public func received(_ feed: String, at now: Int64) { table.withLock { $0.received(feed, at: now) } }

  public func inferred(_ feed: String, latency: Int64?) {
    table.withLock { $0.inferred(feed, latency: latency) }
  }

  public func rejected(_ feed: String) { table.withLock { $0.rejected(feed) } }

  public func dropped(_ feed: String) { table.withLock { $0.dropped(feed) } }

  /// Ends the current window of every feed.
  public func rotate(to window: LatencyRecorder.Window) {
    var next = 0
    while table.withLock({ table in
      table.roll(to: window.number, next..<next + Self.atOnce)
      return next + Self.atOnce < table.count
    }) {
      next += Self.atOnce
    }
  }

  /// The feeds, by name.
  public var entries: [FeedTable.Entry] { table.withLock { $0.entries }.sorted { $0.feed < $1.feed } }

  /// The latencies for a report, by feed name; `nil` without any.
  public var latencies: [RunReport.FeedLatency]? {
    let latencies = table.withLock { $0 }.latencies
    return latencies.isEmpty ? nil : latencies
  }

  /// Notes on the figures.
  public var notes: [String] {
    let madeRoom = table.withLock { $0.madeRoom }
    guard madeRoom > 0 else { return [] }
    return [
      "more than \(FeedTable.maximumFeeds) feeds: the least recently seen are together in perFeed as \(FeedTable.others)"
    ]
  }
}
