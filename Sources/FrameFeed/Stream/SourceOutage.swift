import FrameCore
import FrameSources
import LogLines

/// An outage of a source that is looped without limit, such as a missing directory: the source is read again each
/// second until it has frames. Its beginning and its end are logged.
struct SourceOutage {
  private static let pause: Int64 = 1_000_000_000

  private let name: String
  private let log: Log
  /// When the outage began, monotonic ns; `nil` while frames come.
  private var since: Int64?
  /// Frames rejected in the current reading.
  private var rejected = 0

  init(_ source: any FrameSource, _ log: Log) {
    name = source.name
    self.log = log
  }

  /// Whether the source has had no good frame since the outage began.
  var isOn: Bool { since != nil }

  /// Waits before the source is read again.
  /// - Parameter reason: the cause, if it is known.
  /// - Returns: false when stopped while waiting.
  mutating func wait(_ reason: SourceError?, _ stop: StopSignal) -> Bool {
    let now = FrameClock.monotonic()
    rejected = 0
    if since == nil {
      since = now
      let reason = reason.map { "\($0)" } ?? "\(name): no good frame"
      log.warning(
        "\(reason); the feed continues when there are frames again: the source is read again each second")
    }
    return stop.sleep(until: now + Self.pause)
  }

  /// Counts a rejected frame during an outage. It is not logged: the cause of the outage has been.
  mutating func reject() { rejected += 1 }

  /// Ends the outage at a good frame.
  /// - Returns: frames rejected before it in this reading.
  mutating func end() -> Int {
    guard let since else { return 0 }
    let seconds = (FrameClock.monotonic() - since) / 1_000_000_000
    let without = rejected == 0 ? "" : ", \(rejected) frames rejected before its first good one"
    log.warning("\(name): there are frames again, after \(seconds) s\(without)")
    self.since = nil
    return rejected
  }
}
