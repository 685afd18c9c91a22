/// A stretch of a frame's way, in the order of the pipeline.
public enum Stage: String, CaseIterable, Sendable, Codable {
  /// Scheduled to captured: how late the source was.
  case pace
  /// Captured to encoded.
  case encode
  /// Encoded to sent: the wait before the Kafka client takes it.
  case queue
  /// Sent to acknowledged by the broker.
  case acknowledge
  /// Sent to received by the sink.
  case transport
  /// Received to pixels, the wait for a free decoder included.
  case decode
  /// Pixels to a place in a batch tensor.
  case tensor
  /// In the tensor to answered: the wait for the rest of its batch and for the model, and the model's call.
  case infer
  /// Scheduled to inferred. Counts from when the frame was due, so a late source cannot hide its lateness.
  case endToEnd
}
