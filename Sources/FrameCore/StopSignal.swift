/// Tells every stage of a pipeline to stop taking in new frames. Stages that sleep are woken.
public final class StopSignal: Sendable {
  private let requested = Monitor(false)

  public init() {}

  /// Whether a stop was asked for.
  public var isRequested: Bool { requested.withLock { $0 } }

  /// Asks for the stop. Asking twice is harmless.
  public func request() {
    requested.withLock { $0 = true }
    requested.wakeAll()
  }

  /// Sleeps until the monotonic time `deadline` (ns) or the stop, whichever comes first.
  /// - Returns: false when the stop came first.
  public func sleep(until deadline: Int64) -> Bool {
    requested.withLock(waitingUntil: { $0 }, deadline: deadline) { !$0 }
  }
}
