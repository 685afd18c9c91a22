/// Where one record lies, and which assignment of its partition it was read in.
///
/// A partition that was taken away and given back is read in another assignment: what is still in hand from the one
/// before says nothing of it.
public struct RecordPlace: Sendable, Hashable {
  public let partition: Int32
  public let offset: Int64
  public let assignment: Int
  /// How often this consumer has seen the topic made anew: offsets of different lives have nothing in common.
  public let life: Int

  public init(partition: Int32, offset: Int64, assignment: Int, life: Int) {
    self.partition = partition
    self.offset = offset
    self.assignment = assignment
    self.life = life
  }
}
