/// What is settled before a consumer joins its group: where a group without positions begins, for all partitions in one
/// word, so that whoever reads a partition, now or later, goes on from there.
struct GroupStart: Sendable {
  let topic: String
  let group: String
  let start: ReadingStart
  /// Whether the group's positions are set anew though it has some.
  let rewinds: Bool
  let timeout: Int32

  /// What came of it.
  struct Outcome: Sendable {
    /// The positions that the group was given.
    var chosen: [Int32: Int64] = [:]
    /// Whether the group goes on where it was though it was to begin elsewhere.
    var goesOn = false
  }

  /// - Parameter partitions: of the topic.
  /// - Throws: also when a question stays unanswered: ask again then. A failed look-up is no position.
  func settle(_ partitions: [Int32], _ client: KafkaClient) throws(TransportError) -> Outcome {
    if rewinds, let members = client.members(of: group, milliseconds: timeout), members > 0 {
      throw .groupInUse(group: group, members: members, wanted: "--rewind")
    }
    // Without a position reading begins at the beginning anyway.
    guard rewinds || start != .committed else { return Outcome() }
    let positions = try client.positions(topic, partitions, group: group, milliseconds: timeout)
    if !rewinds {
      guard positions.values.allSatisfy({ $0 == nil }) else { return Outcome(goesOn: true) }
    }
    let chosen = try chosen(partitions, client)
    do throws(TransportError) {
      try client.commit(topic, chosen, group: group, milliseconds: timeout)
    } catch {
      // Another consumer was faster.
      guard case .kafka(_, let code, _) = error, code.isOfMembership else { throw error }
      if rewinds { throw .groupInUse(group: group, members: 1, wanted: "--rewind") }
      return Outcome(goesOn: true)
    }
    return Outcome(chosen: chosen)
  }

  /// Where each partition begins by ``start``.
  func chosen(_ partitions: [Int32], _ client: KafkaClient) throws(TransportError) -> [Int32: Int64] {
    let logs = client.logEnds(topic, partitions, milliseconds: timeout)
    var first: [Int32: Int64] = [:]
    if case .time(let time) = start {
      first = client.offsets(topic, at: partitions.map { ($0, time) }, milliseconds: timeout)
    }
    var chosen: [Int32: Int64] = [:]
    for partition in partitions {
      guard let log = logs[partition] else {
        throw client.failure("asking for the log of \(topic)[\(partition)]", .timedOut)
      }
      switch start {
      case .committed, .beginning: chosen[partition] = log.lowerBound
      case .latest: chosen[partition] = log.upperBound
      case .time:
        guard let offset = first[partition] else {
          throw client.failure("asking for a time in \(topic)[\(partition)]", .timedOut)
        }
        chosen[partition] = offset >= 0 ? offset : log.upperBound
      }
    }
    return chosen
  }
}
