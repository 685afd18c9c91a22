import FrameCore
import FrameLatency
import Synchronization

/// What a stream counts while it runs, from any of its threads.
final class StreamTally: Sendable {
  let latency = LatencyRecorder()
  let read = Atomic(0)
  let sent = Atomic(0)
  let acknowledged = Atomic(0)
  let undelivered = Atomic(0)
  let rejected = Atomic(0)
  let dropped = Atomic(0)
  let rawBytes = Atomic(0)
  let payloadBytes = Atomic(0)
  /// When the first frame was due, monotonic ns; 0 before.
  let started = Atomic<Int64>(0)

  static func add(_ counter: borrowing Atomic<Int>, _ more: Int = 1) {
    counter.wrappingAdd(more, ordering: .relaxed)
  }

  /// Counts as a report has them.
  var counts: FrameCounts {
    FrameCounts(
      sent: sent.load(ordering: .relaxed), acknowledged: acknowledged.load(ordering: .relaxed),
      droppedFull: dropped.load(ordering: .relaxed), rejected: rejected.load(ordering: .relaxed))
  }
}
