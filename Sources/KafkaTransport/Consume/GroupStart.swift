/// Sets the positions of a new group before a consumer joins it: for all partitions in one commit, so that any member
/// that reads a partition, now or later, continues from there.
struct GroupStart: Sendable {
  let topic: String
  let group: String
  let start: ReadingStart
  /// Whether the group's positions are set again though it has some.
  let rewinds: Bool
  let timeout: Int32

  /// The result of ``settle(_:_:)``.
  struct Outcome: Sendable {
    /// The positions committed for the group.
    var chosen: [Int32: Int64] = [:]
    /// Whether the group keeps its positions though another start was requested.
    var canStart = false
  }

  /// - Parameter partitions: the topic's partitions.
  /// - Throws: also when a question is not answered: retry then. A failed query does not mean that there is no
  ///   position.
  func settle(_ partitions: [Int32], _ client: KafkaClient) throws(TransportError) -> Outcome {
    if rewinds, let members = client.members(of: group, milliseconds: timeout), members > 0 {
      throw .groupInUse(group: group, members: members, wanted: "--rewind")
    }
    // Without a position, reading starts at the beginning anyway.
    guard rewinds || start != .committed else { return Outcome() }
    let positions = try client.positions(topic, partitions, group: group, milliseconds: timeout)
    if !rewinds {
      guard positions.values.allSatisfy({ $0 == nil }) else { return Outcome(canStart: true) }
    }
    let chosen = try chosen(partitions, client)
    do throws(TransportError) {
      try client.commit(topic, chosen, group: group, milliseconds: timeout)
    } catch {
      // Another consumer has joined first.
      guard case .kafka(_, let code, _) = error, code.isOfMembership else { throw error }
      if rewinds { throw .groupInUse(group: group, members: 1, wanted: "--rewind") }
      return Outcome(canStart: true)
    }
    return Outcome(chosen: chosen)
  }

  /// Returns the first offset to read in each partition, according to ``start``.
  func chosen(_ partitions: [Int32], _ client: KafkaClient) throws(TransportError) -> [Int32: Int64] {
    let logs = client.logEnds(topic, partitions, milliseconds: timeout)
    var first: [Int32: Int64] = [:]
    if case .time(let time) = start {
      first = client.offsets(topic, at: partitions.map { ($0, time) }, milliseconds: timeout)
    }
    var chosen: [Int32: Int64] = [:]
    for partition in partitions {
      guard let log = logs[partition] else {
        throw client.failure("requesting the offsets of \(topic)[\(partition)]", .timedOut)
      }
      switch start {
      case .committed, .beginning: chosen[partition] = log.lowerBound
      case .latest: chosen[partition] = log.upperBound
      case .time:
        guard let offset = first[partition] else {
          throw client.failure("requesting the offset of a time in \(topic)[\(partition)]", .timedOut)
        }
        chosen[partition] = offset >= 0 ? offset : log.upperBound
      }
    }
    return chosen
  }
}
