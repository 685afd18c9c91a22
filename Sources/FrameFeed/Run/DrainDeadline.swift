import FrameCore

/// Until when a feed that was stopped may still bring out what is under way: counted from the stop, not from
/// each of the waits that follow it.
struct DrainDeadline: Sendable {
  private let stop: StopSignal
  private let timeout: Int64

  /// - Parameters:
  ///   - stop: what it counts from.
  ///   - timeout: s.
  init(_ stop: StopSignal, timeout: Double) {
    self.stop = stop
    self.timeout = FrameClock.nanoseconds(timeout)
  }

  /// Whether the stop has come.
  var hasBegun: Bool { stop.isRequested }

  /// When the time is over, monotonic ns: after a stop counted from it, else from now.
  var deadline: Int64 { (stop.requested ?? FrameClock.monotonic()) + timeout }
}
