/// Which partitions of a topic a consumer reads.
public enum PartitionChoice: Sendable, Equatable {
  /// What the group gives it: its members share all.
  case shared
  /// All, those that are added later too, without being a member of the group.
  case all
  /// These, without being a member of the group.
  case these([Int32])
}
