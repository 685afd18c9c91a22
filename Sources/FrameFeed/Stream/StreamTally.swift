import FrameCore
import FrameLatency

/// What a stream counts while it runs, from any of its threads. Each frame that is read ends in one of these, so that
/// what is in none of them when the run is over was lost on the way (``unsent``).
final class StreamTally: Sendable {
  let latency = LatencyRecorder()
  /// Good frames of the source.
  let read = Counter()
  /// Frames of the source that were bad: never read.
  let unreadable = Counter()
  /// Frames that were read, and could not be encoded or were too large to send.
  let refused = Counter()
  /// Frames that a full queue dropped.
  let dropped = Counter()
  /// Frames read ahead whose time had not come when the feed was stopped.
  let notDue = Counter()
  /// Frames handed to the client.
  let sent = Counter()
  let acknowledged = Counter()
  /// Frames sent that the broker never acknowledged, and those that it refused: these it does not have.
  let undelivered = UndeliveredFrames()
  let refusedByBroker = UndeliveredFrames()
  let deliveries = Lock(DeliveryLog())
  let pictures = PictureBook()
  let rawBytes = Counter()
  let payloadBytes = Counter()
  /// When the first frame was due, monotonic ns; 0 before.
  let started = Counter()
  private let rates = Lock(RateWindow())

  /// Ends the running window of all figures, once it is old enough. The first begins with the first frame.
  /// - Parameter now: monotonic, ns.
  func rotate(at now: Int64) {
    guard started.value > 0, let window = latency.rotate(at: now) else { return }
    rates.withLock {
      $0.close(seconds: window.seconds, frames: acknowledged.value, bytes: payloadBytes.value)
    }
  }

  /// Rates of the last window.
  var windowRates: RateWindow { rates.withLock { $0 } }

  /// Broken or over a limit, wherever it was found.
  var rejected: Int { unreadable.value + refused.value }

  /// Frames that were due and will not be sent, so far.
  var passedOver: Int { rejected + dropped.value }

  /// Frames that were due and in the stages' hands when these were ended: meaningful once they have.
  var unsent: Int {
    max(0, read.value - refused.value - dropped.value - notDue.value - sent.value)
  }

  /// Counts as a report has them.
  /// - Parameters:
  ///   - damaged: whether damaged pictures are kept, and counted.
  ///   - isConfirmed: whether anybody acknowledges frames.
  func counts(damaged: Bool, isConfirmed: Bool) -> FrameCounts {
    FrameCounts(
      sent: sent.value, acknowledged: isConfirmed ? acknowledged.value : nil, droppedFull: dropped.value,
      damaged: damaged ? pictures.damaged : nil, rejected: rejected)
  }
}
