/// Where a group begins to read at its first start. Later it continues from its committed positions.
public enum ReadingStart: Sendable, Equatable {
  /// The group's committed position; the beginning if it has none.
  case committed
  /// The first record kept.
  case beginning
  /// The records written from now on.
  case latest
  /// The first record at or after this time, ms since the Unix epoch.
  case time(Int64)
}
