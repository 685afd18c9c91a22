/// A stretch of a frame's way, in the order of the pipeline. Of each frame that was sent, those from ``pace`` to
/// ``queue`` add up to the time from when it was due until it was sent.
public enum Stage: String, CaseIterable, Sendable, Codable {
  /// Scheduled to captured: how late the source was.
  case pace
  /// Captured to taken by an encoder: the wait for a free one.
  case encodeWait
  /// Taken by an encoder to encoded.
  case encode
  /// Encoded to sent: the wait for the frames before it, and for the Kafka client to take it.
  case queue
  /// Sent to acknowledged by the broker.
  case acknowledge
  /// Sent to received by the sink.
  case transport
  /// Received to the start of decoding: the wait for a decoder and for a place in a batch.
  case decodeWait
  /// Start of decoding to pixels in the batch tensor.
  case decode
  /// The part of ``decode`` that went into writing the tensor: it overlaps that stage, and adds nothing to the sum.
  case tensor
  /// In the tensor to the model's start: the wait for the rest of its batch, and for the model.
  case batchWait
  /// The model's start to its answer.
  case infer
  /// Scheduled to inferred. Counts from when the frame was due, so a late source cannot hide its lateness.
  case endToEnd
}
