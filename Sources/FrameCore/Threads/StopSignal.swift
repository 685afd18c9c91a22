import Synchronization

/// A request to all stages of a pipeline to accept no new frames. It wakes stages that sleep.
public final class StopSignal: Sendable {
  private let stopped = Monitor(false)
  /// When the stop was requested, monotonic ns; 0 before. Separate from `stopped` because each stage reads it for each
  /// frame.
  private let time = Atomic<Int64>(0)

  public init() {}

  /// Whether a stop was requested.
  public var isRequested: Bool { time.load(ordering: .acquiring) != 0 }

  /// When the stop was first requested, monotonic ns; `nil` before.
  public var requested: Int64? {
    let time = time.load(ordering: .acquiring)
    return time == 0 ? nil : time
  }

  /// Requests the stop. Further requests have no effect.
  public func request() {
    // The monotonic clock may start at 0.
    _ = time.compareExchange(
      expected: 0, desired: max(FrameClock.monotonic(), 1), ordering: .acquiringAndReleasing)
    stopped.withLock { $0 = true }
    stopped.wakeAll()
  }

  /// Sleeps until `deadline` (monotonic, ns) or the stop, whichever comes first.
  /// - Returns: false when the stop came first.
  public func sleep(until deadline: Int64) -> Bool {
    stopped.withLock(waitingUntil: { $0 }, deadline: deadline) { !$0 }
  }
}
