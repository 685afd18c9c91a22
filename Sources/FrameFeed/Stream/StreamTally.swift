import FrameCore
import FrameLatency

/// The counts of a running stream, shared by its threads. Each frame that is read ends in one of them; a frame in none
/// of them at the end of the run was lost (``unsent``).
final class StreamTally: Sendable {
  let latency = LatencyRecorder()
  /// Good frames read from the source.
  let read = Counter()
  /// Bad frames of the source; not in ``read``.
  let unreadable = Counter()
  /// Frames that were read, but could not be encoded or were too large to send.
  let refused = Counter()
  /// Frames dropped by a full queue.
  let dropped = Counter()
  /// Frames read ahead that were not due when the feed was stopped.
  let notDue = Counter()
  /// Frames passed to the client.
  let sent = Counter()
  let acknowledged = Counter()
  /// Frames sent without an acknowledgement; `refusedByBroker` are those the broker rejected, and so does not have.
  let undelivered = UndeliveredFrames()
  let refusedByBroker = UndeliveredFrames()
  let deliveries = Lock(DeliveryLog())
  let pictures = PictureCounts()
  let rawBytes = Counter()
  let payloadBytes = Counter()
  /// When the first frame was due, monotonic ns; before that 0.
  let started = Counter()
  private let rates = Lock(RateWindow())

  /// Ends the current window of all figures if it is old enough. The first window begins with the first frame.
  /// - Parameter now: monotonic, ns.
  func rotate(at now: Int64) {
    guard started.value > 0, let window = latency.rotate(at: now) else { return }
    rates.withLock {
      $0.close(seconds: window.seconds, frames: acknowledged.value, bytes: payloadBytes.value)
    }
  }

  /// The rates of the last window.
  var windowRates: RateWindow { rates.withLock { $0 } }

  /// Frames that are broken or over a limit, found at any stage.
  var rejected: Int { unreadable.value + refused.value }

  /// Frames so far that were due and will not be sent.
  var passedOver: Int { rejected + dropped.value }

  /// Frames that were due and still in the stages when these ended. Valid after the end.
  var unsent: Int {
    max(0, read.value - refused.value - dropped.value - notDue.value - sent.value)
  }

  /// Returns the counts for a report.
  /// - Parameters:
  ///   - damaged: whether damaged pictures are kept and counted.
  ///   - isConfirmed: whether the broker acknowledges frames.
  func counts(damaged: Bool, isConfirmed: Bool) -> FrameCounts {
    FrameCounts(
      sent: sent.value, acknowledged: isConfirmed ? acknowledged.value : nil, droppedFull: dropped.value,
      damaged: damaged ? pictures.damaged : nil, rejected: rejected)
  }
}
