import FrameCore

/// The deadline for finishing what is in flight after a stop. It is counted from the stop, not from each of the waits
/// after it.
struct DrainDeadline: Sendable {
  private let stop: StopSignal
  private let timeout: Int64

  /// - Parameters:
  ///   - stop: the start of the timeout.
  ///   - timeout: s.
  init(_ stop: StopSignal, timeout: Double) {
    self.stop = stop
    self.timeout = FrameClock.nanoseconds(timeout)
  }

  /// Whether the stop was requested.
  var hasBegun: Bool { stop.isRequested }

  /// The deadline, monotonic ns: counted from the stop if there was one, else from now.
  var deadline: Int64 { (stop.requested ?? FrameClock.monotonic()) + timeout }
}
