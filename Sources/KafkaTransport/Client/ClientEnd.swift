import CRDKafka
import FrameCore
import Synchronization

/// Destroys clients of librdkafka, with a limited wait for each: a client whose threads hang (2.0.2 after a topic was
/// deleted, a name server that does not answer) must not delay a report.
public enum ClientEnd {
  /// The longest wait, ns; destroying normally takes a few milliseconds.
  private static let timeout: Int64 = 1_000_000_000
  private static let running = Atomic(0)

  /// Whether clients are not destroyed yet: their threads still run, and `exit` would destroy what they use. Leave the
  /// process by `_exit` then.
  public static var isAwaited: Bool { running.load(ordering: .acquiring) > 0 }

  /// - Parameter kept: the objects that the client's callbacks use.
  static func destroy(_ handle: OpaquePointer, keeping kept: any Sendable) {
    // Sound: nothing else uses it any more.
    nonisolated(unsafe) let handle = handle
    running.add(1, ordering: .acquiringAndReleasing)
    let isOver = Monitor(false)
    _ = PipelineThread("kafka-destroy") {
      rd_kafka_destroy(handle)
      withExtendedLifetime(kept) {}
      running.subtract(1, ordering: .acquiringAndReleasing)
      isOver.withLock { $0 = true }
      isOver.wakeAll()
    }
    isOver.withLock(waitingUntil: { $0 }, deadline: FrameClock.monotonic() + timeout) { _ in }
  }
}
