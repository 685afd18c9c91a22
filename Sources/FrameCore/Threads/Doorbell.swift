/// What one thread waits at until another rings: wakes that thread alone. A ring that comes first is not lost; several
/// before the wait are one.
public final class Doorbell: Sendable {
  private let rung = Monitor(false)

  public init() {}

  /// Lets the thread that waits, or that waits next, go on.
  public func ring() {
    rung.withLock { $0 = true }
    rung.wakeAll()
  }

  /// Waits for a ring. For one thread.
  /// - Parameter deadline: until when, monotonic ns.
  public func wait(until deadline: Int64 = .max) {
    rung.withLock(waitingUntil: { $0 }, deadline: deadline) { $0 = false }
  }
}
