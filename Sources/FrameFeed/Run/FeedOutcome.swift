public import FrameLatency

/// How a run ended.
public struct FeedOutcome: Sendable {
  public let report: RunReport
  /// Whether every frame got through: none missing, rejected or undelivered. Frames that a policy dropped as
  /// it was told to do not count against it.
  public let isComplete: Bool
  /// Whether it was stopped before its end.
  public let wasStopped: Bool
  /// What ended it before its end, if anything did (its source, its client, its model); what was done until then is in
  /// the report.
  public var failure: FeedError?
  /// Whether every frame was sent and nobody says that it arrived (`acks=0`): not complete, as far as its source knows.
  public var isUnconfirmed = false
  /// Of a source: whether the run has no end in the topic, so that a sink would wait for it.
  var isOpen = false
}
