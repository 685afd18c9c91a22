/// An event that a consumer reports besides records.
public enum ReadingEvent: Sendable, Equatable {
  /// These partitions are read from now on. Empty if the group has more consumers than partitions.
  case assigned([PartitionBeginning])
  /// These partitions are no longer read.
  case revoked([Int32])
  /// Records at these offsets were deleted before they were read.
  case lost(Int32, Range<Int64>)
  /// The topic was recreated while it was read: it is read from its beginning.
  case recreated(Int32, from: Int64, beginning: Int64)
  /// A record arrived damaged. It is fetched again, or given up after ``PartitionProgress/tries``.
  case damaged(Int32, Int64, isGivenUp: Bool, reason: String)
}
