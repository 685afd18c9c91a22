/// A wake-up signal for one waiting thread. A ring before the wait is not lost; several rings before the wait count as
/// one.
public final class Doorbell: Sendable {
  private let rung = Monitor(false)

  public init() {}

  /// Wakes the thread that waits, or the next one to wait.
  public func ring() {
    rung.withLock { $0 = true }
    rung.wakeAll()
  }

  /// Waits for a ring. Only one thread may wait.
  /// - Parameter deadline: monotonic ns.
  public func wait(until deadline: Int64 = .max) {
    rung.withLock(waitingUntil: { $0 }, deadline: deadline) { $0 = false }
  }
}
