/// Which partitions have been read to their end, for now.
struct PartitionEnds {
  private var atEnd: Set<Int32> = []

  mutating func ended(_ partition: Int32) { atEnd.insert(partition) }

  /// A further record came.
  mutating func met(_ partition: Int32) { atEnd.remove(partition) }

  /// They were given or taken: given back later, a partition may hold more than it did.
  mutating func moved(_ partitions: [Int32]) { atEnd.subtract(partitions) }

  func allEnded(of partitions: Set<Int32>) -> Bool {
    !partitions.isEmpty && partitions.isSubset(of: atEnd)
  }
}
