/// Where a group begins to read when it is first started. Later it goes on where it was.
public enum ReadingStart: Sendable, Equatable {
  /// Where the group is; the beginning when it is nowhere yet.
  case committed
  /// The first record that is kept.
  case beginning
  /// What comes from now on.
  case latest
  /// The first record at or after this time, ms since the Unix epoch.
  case time(Int64)
}
