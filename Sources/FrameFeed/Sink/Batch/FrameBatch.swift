import FrameCore
import FrameTensors
import KafkaTransport

/// What became of a frame between the record and its slot.
enum FrameOutcome: Sendable {
  case pending
  /// In its slot; with its record, where one that the model refuses is kept as a dead letter.
  case ready(DecodeTimes, KeptRecord?)
  case rejected
}

/// When a frame was decoded, ns.
struct DecodeTimes: Sendable {
  /// A decoder and a tensor were there for it, since the Unix epoch.
  var began: Int64
  /// Its pixels were in the tensor, since the Unix epoch.
  var ended: Int64
  /// What of that went into writing the tensor.
  var tensor: Int64
}

/// A record that waits for the model's word.
final class KeptRecord: @unchecked Sendable {
  // Sound: the record can be read from any thread, and is never replaced.
  let record: Record

  init(_ record: consuming Record) { self.record = consume record }
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

/// Frames that go through the model together, and the records between them, in the order of receipt.
struct FrameBatch<Tensor: Sendable>: Sendable {
  /// Counts up from 0.
  let number: Int
  var entries: [BatchEntry] = []
  /// `nil` as long as it has none; for ever, where no entry has a frame.
  var tensor: Tensor?
  /// Slots given away.
  var frames = 0
  /// Of these, slots whose decoder has not finished.
  var unfinished = 0
  /// When it goes to the model even if it is not full, monotonic ns.
  var deadline = Int64.max
  /// Whether it takes no more frames.
  var isClosed = false
  /// Whether a decoder is getting its tensor.
  var isClaimed = false
}
