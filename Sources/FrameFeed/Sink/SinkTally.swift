import FrameCore
import FrameLatency

/// What a sink counts while it runs, from any of its threads; the runs' own books are in ``RunLedger``.
final class SinkTally: Sendable {
  let latency = LatencyRecorder()
  let ledger = Monitor(RunLedger())
  let received = Counter()
  let inferred = Counter()
  let rejected = Counter()
  let rejections = Lock(RejectionLog())
  /// Rejected records that were not kept as dead letters, as there were too many of these.
  let unkeptLetters = Counter()
  let pictures = PictureBook()
  let tombstones = Counter()
  /// Frames that were dropped for being too old, or for a newer one.
  let stale = Counter()
  /// Frames whose age could not be told, as their stamps are of another clock.
  let ageUnknown = Counter()
  /// The other hosts' clocks.
  let clocks: ClockBook
  /// Records of the sync topic that are none of ours.
  let malformedSync = Counter()
  let rawBytes = Counter()
  let payloadBytes = Counter()
  /// When the first frame came and the last one was answered, monotonic ns; 0 before.
  let first = Counter()
  let last = Counter()

  /// Frames of each feed.
  let feeds = FeedTally()
  private let rates = Lock(RateWindow())
  /// What is waited for, in words, where nothing has come for a while.
  let waitingFor = Lock<String?>(nil)

  init(sync: Bool = false) { clocks = ClockBook(isSynchronised: sync) }

  /// Ends the running window of all figures, once it is old enough. The first begins with the first frame.
  /// - Parameter now: monotonic, ns.
  func rotate(at now: Int64) {
    guard first.value > 0, let window = latency.rotate(at: now) else { return }
    feeds.rotate(to: window)
    rates.withLock {
      $0.close(seconds: window.seconds, frames: inferred.value, bytes: payloadBytes.value)
    }
  }

  /// Rates of the last window.
  var windowRates: RateWindow { rates.withLock { $0 } }
}
