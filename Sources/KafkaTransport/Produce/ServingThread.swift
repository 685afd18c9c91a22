import FrameCore

/// The thread that serves a sender. Ends with it.
final class ServingThread: Sendable {
  private let sender: RenewableSender
  private let hasEnded = Monitor(false)
  /// The longest wait for the records under way to be reported as not delivered, ns; the thread is left running after
  /// that.
  private static let timeout: Int64 = 3_000_000_000

  init(_ sender: RenewableSender) {
    self.sender = sender
    let hasEnded = hasEnded
    _ = PipelineThread("kafka-acks") {
      sender.serve()
      hasEnded.withLock { $0 = true }
      hasEnded.wakeAll()
    }
  }

  deinit { end() }

  /// Ends the records under way and the thread. Idempotent.
  func end() {
    sender.close()
    hasEnded.withLock(waitingUntil: { $0 }, deadline: FrameClock.monotonic() + Self.timeout) { _ in }
  }
}
