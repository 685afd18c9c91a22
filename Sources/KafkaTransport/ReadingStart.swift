/// Where a sink begins to read.
public enum ReadingStart: Sendable, Equatable {
  /// After what the group has committed; from the beginning where it has not.
  case committed
  /// The first record that is kept.
  case beginning
  /// What comes from now on.
  case latest
  /// The first record at or after this time, ms since the Unix epoch.
  case time(Int64)
}

/// A partition that was given to this sink, and where it begins.
public struct AssignedPartition: Sendable, Equatable {
  public let partition: Int32
  /// Where reading begins; `nil` when the brokers did not say.
  public let offset: Int64?
  /// Whether records before the starting point exist or existed, so that a run may be met in its middle.
  public let startsMidway: Bool
  /// Records that the group had not read and the topic has dropped (its retention is too short for the lag).
  public let lost: Int64
  /// Whether the group has committed past the topic's end: the topic was made anew, and is read from its beginning.
  public let isMadeAnew: Bool
}
