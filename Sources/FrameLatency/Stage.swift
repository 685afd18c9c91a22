/// A stage of a frame, in the order of the pipeline. For each frame sent, the stages from ``pace`` to ``queue`` add up
/// to the time from when it was due until it was sent.
public enum Stage: String, CaseIterable, Sendable, Codable {
  /// Scheduled to captured: the lateness of the source.
  case pace
  /// Captured to encoder start: the wait for a free encoder.
  case encodeWait
  /// Encoder start to encoded.
  case encode
  /// Encoded to sent: the wait for earlier frames, and for the Kafka client to accept it.
  case queue
  /// Sent to acknowledged by the broker.
  case acknowledge
  /// Sent to received by the sink.
  case transport
  /// Received to decoder start: the wait for a decoder and for a slot of a batch.
  case decodeWait
  /// Decoder start to pixels in the batch tensor.
  case decode
  /// The part of ``decode`` spent writing the tensor: it overlaps that stage and adds nothing to the sum.
  case tensor
  /// In the tensor to model start: the wait for the rest of its batch, and for the model.
  case batchWait
  /// Model start to answer.
  case infer
  /// Scheduled to inferred. Counts from when the frame was due, so that the lateness of a source is included.
  case endToEnd
}
