import KafkaTransport

/// Describes what a sink that receives nothing waits for.
struct WaitMessage {
  let options: SinkOptions
  let consumer: any RecordConsumer
  let tally: SinkTally

  /// Returns the message; `nil` if nothing in particular is awaited.
  /// - Parameters:
  ///   - isAssigned: whether the group has assigned partitions, perhaps none.
  ///   - unread: partitions with unread records.
  func text(isAssigned: Bool, unread: Set<Int32>) -> String? {
    guard isAssigned else {
      if options.kafka.groupsAreOfBrokers {
        return
          "group \(options.group) has assigned this sink no partitions yet; with group.protocol=consumer those of a sink that was killed stay assigned to it until the brokers end its session (their group.consumer.session.timeout.ms), and brokers before Kafka 4.0 do not support this protocol: leave it out there"
      }
      return
        "group \(options.group) has assigned this sink no partitions yet; those of a sink that was killed stay assigned to it until its session ends (session.timeout.ms). A sink with a name, the same at each start (--name), gets its partitions at once, and one that reads alone (--assign all) waits for no other"
    }
    guard options.untilEnd else { return nil }
    if consumer.partitions.isEmpty {
      return "waiting: other sinks of group \(options.group) read all partitions"
    }
    let open = unread.sorted()
    if !open.isEmpty {
      return "waiting for the end of partitions \(open): \(consumer.behind ?? 0) records behind"
    }
    if let stop = consumer.openTransaction {
      return
        "waiting behind an open transaction: partition \(stop.partition) is not readable from offset \(stop.offset) on"
    }
    guard let (first, count) = tally.ledger.withLock({ $0.firstOpen }) else { return nil }
    let others = count > 1 ? " and \(count - 1) others" : ""
    return
      "waiting for the end of run \(first.identity.run) of feed \(first.identity.feed)\(others), last frame \(first.last)"
  }
}
