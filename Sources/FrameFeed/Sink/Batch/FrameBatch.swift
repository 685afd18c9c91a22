import FrameCore
import FrameTensors
import KafkaTransport

/// The result of decoding a frame.
enum FrameOutcome: Sendable {
  case pending
  /// In its slot; with its record if dead letters are kept, as the model may refuse the frame.
  case ready(DecodeTimes, KeptRecord?)
  case rejected
}

/// The times of decoding a frame, ns.
struct DecodeTimes: Sendable {
  /// When a decoder and a tensor were available, since the Unix epoch.
  var began: Int64
  /// When the pixels were in the tensor, since the Unix epoch.
  var ended: Int64
  /// The part of that time spent writing the tensor.
  var tensor: Int64
}

/// A record that is kept until the model has answered.
final class KeptRecord: @unchecked Sendable {
  // Sound: the record can be read on any thread and is never replaced.
  let record: Record

  init(_ record: consuming Record) { self.record = consume record }
}

/// A frame with a slot of a batch.
struct PlacedFrame: Sendable {
  let description: FrameDescription
  let received: Int64
  var outcome = FrameOutcome.pending
}

/// One record in the order of receipt. It is done when its batch has been answered.
struct BatchEntry: Sendable {
  let place: RecordPlace
  /// `nil` if there is nothing to infer: the end of a run, a tombstone, a rejected record.
  var frame: PlacedFrame?
}

/// The frames that the model gets together, and the records between them, in the order of receipt.
struct FrameBatch<Tensor: Sendable>: Sendable {
  /// Counts up from 0.
  let number: Int
  var entries: [BatchEntry] = []
  /// `nil` until assigned; always, if no entry has a frame.
  var tensor: Tensor?
  /// Slots assigned to frames.
  var frames = 0
  /// Slots whose decoder has not finished.
  var unfinished = 0
  /// When the batch goes to the model even if it is not full, monotonic ns.
  var deadline = Int64.max
  /// Whether it accepts no more frames.
  var isClosed = false
  /// Whether a decoder is getting its tensor.
  var isClaimed = false
}
