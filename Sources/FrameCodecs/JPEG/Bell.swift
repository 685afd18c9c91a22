import FrameCore

/// What one thread sleeps at until another rings it. Rung before, it does not sleep.
final class Bell: Sendable {
  private let isRung = Monitor(false)

  func ring() {
    isRung.withLock { $0 = true }
    isRung.wakeAll()
  }

  func sleep() { isRung.withLock(waitingUntil: { $0 }) { $0 = false } }
}
