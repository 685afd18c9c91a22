import FrameCore
import FrameLatency

/// The counts of a running sink, shared by its threads. Counts for each run are in ``RunLedger``.
final class SinkTally: Sendable {
  let latency = LatencyRecorder()
  let ledger = Monitor(RunLedger())
  let received = Counter()
  let inferred = Counter()
  let rejected = Counter()
  let rejections = Lock(RejectionLog())
  /// Rejected records that were not kept as dead letters, because the quota was used up.
  let unkeptLetters = Counter()
  let pictures = PictureCounts()
  let tombstones = Counter()
  /// Frames dropped because they were too old or a newer one replaced them.
  let stale = Counter()
  /// Frames of unknown age, as their stamps are from another host's clock.
  let ageUnknown = Counter()
  /// The clocks of the other hosts.
  let clocks: HostClocks
  /// Malformed records of the sync topic.
  let malformedSync = Counter()
  let rawBytes = Counter()
  let payloadBytes = Counter()
  /// When the first frame came and the last one was answered, monotonic ns; before that 0.
  let first = Counter()
  let last = Counter()

  /// The counts for each feed.
  let feeds = FeedTally()
  private let rates = Lock(RateWindow())
  /// A message about what is awaited, if nothing has come for a while.
  let waitingFor = Lock<String?>(nil)

  init(sync: Bool = false) { clocks = HostClocks(isSynchronised: sync) }

  /// Ends the current window of all figures if it is old enough. The first window begins with the first frame.
  /// - Parameter now: monotonic, ns.
  func rotate(at now: Int64) {
    guard first.value > 0, let window = latency.rotate(at: now) else { return }
    feeds.rotate(to: window)
    rates.withLock {
      $0.close(seconds: window.seconds, frames: inferred.value, bytes: payloadBytes.value)
    }
  }

  /// The rates of the last window.
  var windowRates: RateWindow { rates.withLock { $0 } }
}
