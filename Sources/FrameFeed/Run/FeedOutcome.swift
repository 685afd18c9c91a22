public import FrameLatency

/// How a run ended.
public struct FeedOutcome: Sendable {
  public let report: RunReport
  /// Whether no frame is missing, rejected or undelivered. Frames that a policy dropped do not count against it.
  public let isComplete: Bool
  /// Whether it was stopped before its end.
  public let wasStopped: Bool
  /// The error that ended the run early, of its source, client or model; the report covers what was done until then.
  public var failure: FeedError?
  /// Whether every frame was sent, but without acknowledgements (`acks=0`): then the source does not report it
  /// complete.
  public var isUnconfirmed = false
  /// Source only: whether the topic has no end record of the run, so that a sink would wait for it.
  var isOpen = false
}
