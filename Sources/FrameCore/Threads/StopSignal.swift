import Synchronization

/// Tells every stage of a pipeline to stop taking in new frames. Stages that sleep are woken.
public final class StopSignal: Sendable {
  private let stopped = Monitor(false)
  /// When it was asked for, monotonic ns; 0 before. Apart, for those who only look, which each stage does for each
  /// frame.
  private let time = Atomic<Int64>(0)

  public init() {}

  /// Whether a stop was asked for.
  public var isRequested: Bool { time.load(ordering: .acquiring) != 0 }

  /// When the stop was asked for first, monotonic ns; `nil` before.
  public var requested: Int64? {
    let time = time.load(ordering: .acquiring)
    return time == 0 ? nil : time
  }

  /// Asks for the stop. Asking twice is harmless.
  public func request() {
    // A clock may begin at 0.
    _ = time.compareExchange(
      expected: 0, desired: max(FrameClock.monotonic(), 1), ordering: .acquiringAndReleasing)
    stopped.withLock { $0 = true }
    stopped.wakeAll()
  }

  /// Sleeps until the monotonic time `deadline` (ns) or the stop, whichever comes first.
  /// - Returns: false when the stop came first.
  public func sleep(until deadline: Int64) -> Bool {
    stopped.withLock(waitingUntil: { $0 }, deadline: deadline) { !$0 }
  }
}
