import FrameCore
import FrameLatency
import Synchronization

/// What a sink counts while it runs, from any of its threads; the runs' own books are in ``RunLedger``.
final class SinkTally: Sendable {
  let latency = LatencyRecorder()
  let ledger = RunLedger()
  let received = Atomic(0)
  let inferred = Atomic(0)
  let rejected = Atomic(0)
  let tombstones = Atomic(0)
  /// Frames whose stamps are of another clock than ours.
  let foreignClock = Atomic(0)
  let rawBytes = Atomic(0)
  let payloadBytes = Atomic(0)
  /// When the first frame came and the last one was answered, monotonic ns; 0 before.
  let first = Atomic<Int64>(0)
  let last = Atomic<Int64>(0)

  /// Records fetched whose offset is not stored yet.
  let underWay = Monitor(0)

  static func add(_ counter: borrowing Atomic<Int>, _ more: Int = 1) {
    counter.wrappingAdd(more, ordering: .relaxed)
  }

  func done(_ records: Int) {
    underWay.withLock { $0 -= records }
    underWay.wakeAll()
  }
}
