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
  /// Received to pixels.
  case decode
  /// Pixels to a place in a batch tensor.
  case tensor
  /// One call of the model.
  case infer
  /// Scheduled to inferred. Counts from when the frame was due, so a late source cannot hide its lateness.
  case endToEnd
}
