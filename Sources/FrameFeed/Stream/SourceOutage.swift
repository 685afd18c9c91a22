import FrameCore
import FrameSources
import LogLines

/// A source that is looped for ever and gives nothing for a while (a directory that is away): it is read again each
/// second until it is back. Told when it begins and when it ends.
struct SourceOutage {
  private static let pause: Int64 = 1_000_000_000

  private let name: String
  private let log: Log
  /// Monotonic, ns; `nil` while frames come.
  private var since: Int64?
  /// Frames that were rejected in the reading under way.
  private var rejected = 0

  init(_ source: any FrameSource, _ log: Log) {
    name = source.name
    self.log = log
  }

  /// Whether nothing has come since the last reading's end.
  var isOn: Bool { since != nil }

  /// Waits before the source is tried again.
  /// - Parameter reason: why it gives nothing, where that is known.
  /// - Returns: false when stopped while waiting.
  mutating func wait(_ reason: SourceError?, _ stop: StopSignal) -> Bool {
    let now = FrameClock.monotonic()
    rejected = 0
    if since == nil {
      since = now
      let reason = reason.map { "\($0)" } ?? "\(name): not one good frame"
      log.warning("\(reason); the feed goes on when there are frames again: it is tried each second")
    }
    return stop.sleep(until: now + Self.pause)
  }

  /// Takes a rejected frame of a source that is away: what kept all of it from coming has been told.
  mutating func reject() { rejected += 1 }

  /// A good frame is there.
  /// - Returns: frames that were rejected before it in this reading.
  mutating func end() -> Int {
    guard let since else { return 0 }
    let seconds = (FrameClock.monotonic() - since) / 1_000_000_000
    let without = rejected == 0 ? "" : ", \(rejected) frames rejected before its first good one"
    log.warning("\(name): there are frames again, after \(seconds) s\(without)")
    self.since = nil
    return rejected
  }
}
