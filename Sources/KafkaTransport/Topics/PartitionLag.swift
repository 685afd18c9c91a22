/// How far behind a group of sinks is in one partition. What could not be asked is `nil`, never 0.
public struct PartitionLag: Sendable, Equatable, Codable {
  public let partition: Int32
  /// The first offset kept.
  public let beginning: Int64?
  /// The offset after the last record stored.
  public let end: Int64?
  /// The offset up to which sinks can read: where the first open transaction begins, else the end.
  public let readable: Int64?
  /// The next offset the group will read; `nil` when it has committed none, or when ``problem`` says that it could
  /// not be asked.
  public let committed: Int64?
  /// Records stored and still to be read.
  public let lag: Int64?
  /// Those of them, and of the ones before them, that lie behind an open transaction.
  public let unreadable: Int64?
  /// Why something could not be asked.
  public let problem: String?

  /// - Parameters:
  ///   - committed: what the group has committed; `nil` inside for nothing yet, a failure where it is not known.
  ///   - problem: why the partition's own offsets could not be asked.
  init(
    partition: Int32, beginning: Int64?, end: Int64?, readable: Int64?,
    committed: Result<Int64?, TransportError>, problem: String?
  ) {
    self.partition = partition
    self.beginning = beginning
    self.end = end
    // The end was asked for first: what came since is no transaction.
    self.readable = readable.map { min($0, end ?? $0) }
    unreadable = if let end, let readable = self.readable { end - readable } else { nil }
    switch committed {
    case .success(let offset):
      self.committed = offset
      self.problem = problem
      if let beginning, let end {
        // A position past the end is of another log: all of this one is to be read.
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

  /// What the figures alone do not say, a line each; without the ``problem``.
  public var remarks: [String] {
    var remarks: [String] = []
    if let unreadable, unreadable > 0, let readable {
      remarks.append(
        "partition \(partition): \(unreadable) records behind an open transaction at offset \(readable) are not readable yet"
      )
    }
    if let committed, let end, committed > end {
      remarks.append(
        "partition \(partition): the group's position \(committed) is past the end \(end): the topic was made anew, or has lost records"
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
