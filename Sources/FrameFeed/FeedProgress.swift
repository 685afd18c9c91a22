/// How far a run is: a picture taken while it goes on.
public struct FeedProgress: Sendable {
  /// Frames that reached the end of this side: acknowledged by the broker, or inferred.
  public var done = 0
  /// Frames that entered: sent, or received.
  public var entered = 0
  public var dropped = 0
  public var rejected = 0
  /// Sink: records of the topic that are not answered yet.
  public var behind: Int?
  /// Payload bytes that entered.
  public var bytes = 0
  /// Frames there will be, where known.
  public var total: Int?
  /// Since the first frame, s.
  public var seconds = 0.0
  /// Median and 99th percentile of acknowledgement (source) or end to end (sink) so far, ms.
  public var p50: Double?
  public var p99: Double?
}
