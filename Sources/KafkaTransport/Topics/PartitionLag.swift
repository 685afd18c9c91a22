/// The lag of a group of sinks in one partition. A value that could not be queried is `nil`, never 0.
public struct PartitionLag: Sendable, Equatable, Codable {
  public let partition: Int32
  /// The first offset kept.
  public let beginning: Int64?
  /// The offset after the last record stored.
  public let end: Int64?
  /// The offset up to which sinks can read: the beginning of the first open transaction, else the end.
  public let readable: Int64?
  /// The next offset the group will read; `nil` if it has committed none, or if it could not be queried, see
  /// ``problem``.
  public let committed: Int64?
  /// The number of records stored and still to be read.
  public let lag: Int64?
  /// The number of records after the beginning of an open transaction, read or not.
  public let unreadable: Int64?
  /// Why a value could not be queried.
  public let problem: String?

  /// - Parameters:
  ///   - committed: the group's position; `nil` inside for none yet, a failure if it is unknown.
  ///   - problem: why the partition's own offsets could not be queried.
  init(
    partition: Int32, beginning: Int64?, end: Int64?, readable: Int64?,
    committed: Result<Int64?, TransportError>, problem: String?
  ) {
    self.partition = partition
    self.beginning = beginning
    self.end = end
    // The end was queried first: records written since are not a transaction.
    self.readable = readable.map { min($0, end ?? $0) }
    unreadable = if let end, let readable = self.readable { end - readable } else { nil }
    switch committed {
    case .success(let offset):
      self.committed = offset
      self.problem = problem
      if let beginning, let end {
        // A position after the end is of another log: all of this one is to be read.
        let position = offset.map { $0 > end ? beginning : max($0, beginning) } ?? beginning
        lag = max(0, end - position)
      } else {
        lag = nil
      }
    case .failure(let error):
      self.committed = nil
      self.problem = problem ?? "the group's position is not known: \(error)"
      lag = nil
    }
  }

  /// Explanations of the figures, one line each; without the ``problem``.
  public var remarks: [String] {
    var remarks: [String] = []
    if let unreadable, unreadable > 0, let readable {
      remarks.append(
        "partition \(partition): \(unreadable) records behind an open transaction at offset \(readable) are not readable yet"
      )
    }
    if let committed, let end, committed > end {
      remarks.append(
        "partition \(partition): the group's position \(committed) is past the end \(end): the topic was recreated, or has lost records"
      )
    }
    if let committed, let beginning, let end, committed < beginning, committed <= end {
      remarks.append(
        "partition \(partition): \(beginning - committed) records were deleted before the group read them; raise the topic's retention"
      )
    }
    return remarks
  }
}
