public import FrameLatency

/// How a run ended.
public struct FeedOutcome: Sendable {
  public let report: RunReport
  /// Whether every frame got through: none missing, rejected or undelivered. Frames that a policy dropped as
  /// it was told to do not count against it.
  public let isComplete: Bool
  /// Whether it was stopped before its end.
  public let wasStopped: Bool
  /// Why the source could not be read to its end, if so; what was read before is in the report.
  public var failure: FeedError?
  /// Whether every frame was sent and nobody says that it arrived (`acks=0`): not complete, as far as its source knows.
  public var isUnconfirmed = false
}
