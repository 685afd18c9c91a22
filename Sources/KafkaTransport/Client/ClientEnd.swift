import CRDKafka
import FrameCore
import Synchronization

/// Ends clients of librdkafka, and waits for none of them for long: one whose threads hang (2.0.2 behind a deleted topic, a
/// name server that does not answer) must not keep a report from its reader.
public enum ClientEnd {
  /// What an end takes is a few milliseconds; so long it is waited for, ns.
  private static let patience: Int64 = 1_000_000_000
  private static let running = Atomic(0)

  /// Whether clients have not ended: their threads go on, and `exit` would tear down what they use. Leave the process by
  /// `_exit` then.
  public static var isAwaited: Bool { running.load(ordering: .acquiring) > 0 }

  /// - Parameter kept: what the client's callbacks use.
  static func destroy(_ handle: OpaquePointer, keeping kept: any Sendable) {
    // Sound: nobody else has it any more.
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
    isOver.withLock(waitingUntil: { $0 }, deadline: FrameClock.monotonic() + patience) { _ in }
  }
}
