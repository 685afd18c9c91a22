import FrameCore

/// The thread that serves a sender. Ends with it.
final class ServingThread: Sendable {
  private let sender: RenewableSender
  private let hasEnded = Monitor(false)
  /// So long what is under way may take to be told as not delivered, ns; a thread that takes longer is left to itself.
  private static let patience: Int64 = 3_000_000_000

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

  /// Ends what is under way and the thread. Idempotent.
  func end() {
    sender.close()
    hasEnded.withLock(waitingUntil: { $0 }, deadline: FrameClock.monotonic() + Self.patience) { _ in }
  }
}
