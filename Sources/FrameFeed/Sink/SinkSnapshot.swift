import FrameCodecs
import FrameCore
import FrameLatency
import LogLines

extension FeedSink {
  /// Returns the current counts and rates.
  public func snapshot() -> FeedSnapshot {
    let now = FrameClock.monotonic()
    tick(at: now)
    let first = tally.first.value
    let drops = options.policy == .latest || options.maximumAge != nil
    let inferred = tally.inferred.value
    var snapshot = FeedSnapshot(
      command: "sink", seconds: first > 0 ? Double(Int(now) - first) / 1e9 : 0,
      frames: FrameCounts(
        received: tally.received.value, decoded: inferred, inferred: inferred,
        droppedStale: drops ? tally.stale.value : nil,
        damaged: options.damaged == .keep ? tally.pictures.damaged : nil, rejected: tally.rejected.value),
      bytes: RunReport.Bytes(raw: tally.rawBytes.value, payload: tally.payloadBytes.value),
      total: options.frames, latency: tally.latency, rates: tally.windowRates)
    snapshot.lag = lag
    let wall = FrameClock.now()
    snapshot.feeds = tally.feeds.entries.map { FeedSnapshot.Feed($0, at: wall) }
    snapshot.rejections = tally.rejections.withLock { $0 }.last
    snapshot.waitingFor = tally.waitingFor.withLock { $0 }
    return snapshot
  }

  /// Does the periodic work: ends windows of figures, and logs the number of rejections that were not logged one by
  /// one.
  /// - Parameter now: monotonic, ns.
  func tick(at now: Int64) {
    tally.rotate(at: now)
    logWithheld(tally.rejections.withLock { $0.ended(at: now) })
  }

  /// - Parameter count: rejections of the last minute that were not logged one by one.
  func logWithheld(_ count: Int?) {
    guard let count else { return }
    options.log.warning("\(Rejections.withheld(count, options.topic))")
  }
}

extension FeedSnapshot.Feed {
  /// - Parameter now: ns since the Unix epoch.
  fileprivate init(_ entry: FeedTable.Entry, at now: Int64) {
    feed = entry.feed
    received = entry.received
    inferred = entry.inferred
    rejected = entry.rejected
    dropped = entry.dropped
    // The wall clock may be set between two frames.
    ageMs = entry.lastSeen > 0 ? max(0, Double(now - entry.lastSeen) / 1e6) : nil
    endToEnd = entry.window
  }
}
