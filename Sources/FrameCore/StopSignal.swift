import Synchronization

/// Tells every stage of a pipeline to stop taking in new frames. Stages that sleep are woken.
public final class StopSignal: Sendable {
  private let requested = Monitor(false)
  /// The same for those who only look, which each stage does for each frame.
  private let flag = Atomic(false)

  public init() {}

  /// Whether a stop was asked for.
  public var isRequested: Bool { flag.load(ordering: .acquiring) }

  /// Asks for the stop. Asking twice is harmless.
  public func request() {
    flag.store(true, ordering: .releasing)
    requested.withLock { $0 = true }
    requested.wakeAll()
  }

  /// Sleeps until the monotonic time `deadline` (ns) or the stop, whichever comes first.
  /// - Returns: false when the stop came first.
  public func sleep(until deadline: Int64) -> Bool {
    requested.withLock(waitingUntil: { $0 }, deadline: deadline) { !$0 }
  }
}
