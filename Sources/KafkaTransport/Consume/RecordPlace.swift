/// The partition and offset of a record, and the assignment in which it was read.
///
/// A partition that was revoked and assigned again is read in a new assignment: answers to records of the previous one
/// do not count for it.
public struct RecordPlace: Sendable, Hashable {
  public let partition: Int32
  public let offset: Int64
  public let assignment: Int
  /// How often this consumer has seen the topic recreated: offsets of different generations are unrelated.
  public let generation: Int

  public init(partition: Int32, offset: Int64, assignment: Int, generation: Int) {
    self.partition = partition
    self.offset = offset
    self.assignment = assignment
    self.generation = generation
  }
}
