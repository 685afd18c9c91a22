/// Which partitions of a topic a consumer reads.
public enum PartitionChoice: Sendable, Equatable {
  /// The partitions that the group assigns to it.
  case shared
  /// All, including those added later, without being a member of the group.
  case all
  /// These, without being a member of the group.
  case these([Int32])
}
