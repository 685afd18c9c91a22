import FrameCore

/// Until when a feed that was stopped may still bring out what is under way: counted from the stop, not from
/// each of the waits that follow it.
final class DrainDeadline: Sendable {
  private let stop: StopSignal
  private let timeout: Int64
  private let stopped = Lock<Int64?>(nil)

  /// - Parameter timeout: s.
  init(_ stop: StopSignal, timeout: Double) {
    self.stop = stop
    self.timeout = FrameClock.nanoseconds(timeout)
  }

  /// Notes when the stop came. Asking twice changes nothing.
  func begin() {
    stopped.withLock { $0 = $0 ?? FrameClock.monotonic() }
  }

  /// When the time is over, monotonic ns: after a stop counted from it, else from now.
  var deadline: Int64 {
    if stop.isRequested { begin() }
    return (stopped.withLock { $0 } ?? FrameClock.monotonic()) + timeout
  }
}
