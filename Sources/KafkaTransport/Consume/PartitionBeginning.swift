/// Where reading of a partition began, and why there.
public struct PartitionBeginning: Sendable, Hashable {
  public enum Cause: Sendable, Hashable {
    /// The group goes on behind what it has committed.
    case committed
    /// The group has no position, so the partition is read from the first record that is kept.
    case beginning
    /// The user wants what came after this group's first start, or after a time.
    case chosen
    /// The position lay outside the log: the topic was made anew, and is read from its beginning.
    case madeAnew
  }

  public let partition: Int32
  /// The first offset to be read.
  public let offset: Int64
  public let cause: Cause
  /// Records that were deleted before this group read them, at offsets before ``offset``; empty for none.
  public let lost: Range<Int64>
  /// No record before ``offset`` is later than this, ms since the Unix epoch; `nil` when nobody knows.
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

  /// Decides where to begin from what the brokers say.
  /// - Parameters:
  ///   - committed: the group's position; `nil` when it has none.
  ///   - chosen: the position that this process gave the group at its first start, if it did.
  ///   - log: the first offset kept, and the one behind the last record.
  ///   - isAnother: whether this log is not the one that was read before under its name.
  ///   - asked: when the log was asked for, ms since the Unix epoch, and `firstLater` its first record later than that.
  init(
    partition: Int32, committed: Int64?, chosen: Int64?, log: Range<Int64>, isAnother: Bool = false,
    asked: Int64? = nil, firstLater: Int64? = nil
  ) {
    var (offset, cause, lost) = (log.lowerBound, Cause.beginning, Int64(0)..<0)
    if isAnother || committed ?? 0 > log.upperBound {
      cause = .madeAnew
    } else if let committed {
      cause = committed == chosen ? .chosen : .committed
      offset = max(committed, log.lowerBound)
      // What retention has taken nobody chose to leave out.
      if cause == .chosen, offset == log.lowerBound { cause = .beginning }
      if committed < log.lowerBound { lost = committed..<log.lowerBound }
    }
    let isKnown = firstLater.map { $0 >= offset } ?? true
    self.init(
      partition: partition, offset: offset, cause: cause, lost: lost, newestBefore: isKnown ? asked : nil)
  }
}
