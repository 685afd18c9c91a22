/// The first offset read of a partition, and its cause.
public struct PartitionBeginning: Sendable, Hashable {
  public enum Cause: Sendable, Hashable {
    /// The group continues from its committed position.
    case committed
    /// The group has no position, so the partition is read from the first record kept.
    case beginning
    /// The user chose to read what came after this group's first start, or after a time.
    case chosen
    /// The position was outside the log: the topic was recreated, and is read from its beginning.
    case recreated
  }

  public let partition: Int32
  /// The first offset to read.
  public let offset: Int64
  public let cause: Cause
  /// The offsets, before ``offset``, of records deleted before this group read them; may be empty.
  public let lost: Range<Int64>
  /// A time, ms since the Unix epoch, after which no record before ``offset`` was written; `nil` if unknown.
  let newestBefore: Int64?

  public init(partition: Int32, offset: Int64, cause: Cause, lost: Range<Int64>) {
    self.init(partition: partition, offset: offset, cause: cause, lost: lost, newestBefore: nil)
  }

  init(partition: Int32, offset: Int64, cause: Cause, lost: Range<Int64>, newestBefore: Int64?) {
    self.newestBefore = newestBefore
    self.partition = partition
    self.offset = offset
    self.cause = cause
    self.lost = lost
  }

  /// Chooses the first offset from the brokers' answers.
  /// - Parameters:
  ///   - committed: the group's position; `nil` when it has none.
  ///   - chosen: the position that this process gave the group at its first start, if it did.
  ///   - log: the first offset kept, and the offset after the last record.
  ///   - isAnother: whether this log is not the one that was read before under this name.
  ///   - asked: when the log was asked for, ms since the Unix epoch.
  ///   - firstLater: the log's first record later than `asked`.
  init(
    partition: Int32, committed: Int64?, chosen: Int64?, log: Range<Int64>, isAnother: Bool = false,
    asked: Int64? = nil, firstLater: Int64? = nil
  ) {
    var (offset, cause, lost) = (log.lowerBound, Cause.beginning, Int64(0)..<0)
    if isAnother || committed ?? 0 > log.upperBound {
      cause = .recreated
    } else if let committed {
      cause = committed == chosen ? .chosen : .committed
      offset = max(committed, log.lowerBound)
      // The user did not choose to skip records that retention deleted.
      if cause == .chosen, offset == log.lowerBound { cause = .beginning }
      if committed < log.lowerBound { lost = committed..<log.lowerBound }
    }
    let isKnown = firstLater.map { $0 >= offset } ?? true
    self.init(
      partition: partition, offset: offset, cause: cause, lost: lost, newestBefore: isKnown ? asked : nil)
  }
}
