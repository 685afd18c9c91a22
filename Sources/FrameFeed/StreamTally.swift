import FrameCore
import FrameLatency

/// What a stream counts while it runs, from any of its threads.
final class StreamTally: Sendable {
  let latency = LatencyRecorder()
  let read = Counter()
  let sent = Counter()
  let acknowledged = Counter()
  /// Frames sent that the broker never acknowledged.
  let undelivered = UndeliveredFrames()
  /// Frames that were due and let go, but for those that could not be encoded.
  let captured = Counter()
  /// Frames read ahead whose time had not come when the feed was stopped.
  let notDue = Counter()
  let rejected = Counter()
  let pictures = PictureBook()
  let dropped = Counter()
  let rawBytes = Counter()
  let payloadBytes = Counter()
  /// When the first frame was due, monotonic ns; 0 before.
  let started = Counter()

  /// Counts as a report has them.
  /// - Parameter damaged: whether damaged pictures are kept, and counted.
  func counts(damaged: Bool) -> FrameCounts {
    FrameCounts(
      sent: sent.value, acknowledged: acknowledged.value, droppedFull: dropped.value,
      damaged: damaged ? pictures.damaged : nil, rejected: rejected.value)
  }
}
