import FrameCore

/// The thread that serves a sender. Ends with it.
final class ServingThread: Sendable {
  private let sender: RenewableSender
  private let thread: Lock<PipelineThread?>

  init(_ sender: RenewableSender) {
    self.sender = sender
    thread = Lock(PipelineThread("kafka-acks") { sender.serve() })
  }

  deinit { end() }

  /// Ends what is under way and the thread. Idempotent.
  func end() {
    sender.close()
    let running = thread.withLock { $0.take() }
    running?.join()
  }
}
