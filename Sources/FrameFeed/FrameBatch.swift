import FrameCore
import FrameTensors
import KafkaTransport

/// What became of a frame between the record and its slot.
enum FrameOutcome: Sendable {
  case pending
  /// In its slot; when its pixels were there and when its tensor was, ns since the Unix epoch.
  case ready(decoded: Int64, tensor: Int64)
  case rejected
}

/// A frame that was given a slot of a batch.
struct PlacedFrame: Sendable {
  let description: FrameDescription
  let received: Int64
  var outcome = FrameOutcome.pending
}

/// One record in the order of receipt; it is done with when the batch it is in has been answered.
struct BatchEntry: Sendable {
  let place: RecordPlace
  /// `nil` when there is nothing to infer: the end of a run, a tombstone, a record that is no frame.
  var frame: PlacedFrame?
}

/// Frames that go through the model together, and the records between them.
///
/// While it is filled the ``BatchLine`` guards it; then it belongs to the inference stage.
final class FrameBatch: @unchecked Sendable {
  // Sound: see above; the hand-over goes through the line's lock.
  var entries: [BatchEntry] = []
  /// `nil` as long as no entry has a frame.
  var tensor: BatchTensor?
  /// Slots given away.
  var frames = 0
  /// Of these, slots whose decoder has not finished.
  var unfinished = 0
  /// When it goes to the model even if it is not full, monotonic ns.
  var deadline = Int64.max

  /// Makes it as new, but for its memory.
  func reset() {
    entries.removeAll(keepingCapacity: true)
    tensor = nil
    frames = 0
    unfinished = 0
    deadline = .max
  }
}
