import KafkaTransport

/// What a sink asks of the one that fetches for it: see ``FrameConsumer``, which is the one that users run.
protocol RecordConsumer: AnyObject, Sendable {
  /// The next record or event; waits up to `milliseconds` for one. Serves the group.
  func poll(milliseconds: Int) -> Polled
  /// Serves the group while nothing is fetched: gives events and problems, no records.
  func serve() -> Polled
  /// Fetches nothing for now, or goes on.
  func pause(_ isPaused: Bool)
  /// A record that was handed out needs no more attention. From any thread.
  func done(_ place: RecordPlace)

  /// Whether all that was handed out is done.
  var isAnswered: Bool { get }
  /// Whether no partition is changing hands.
  var isSettled: Bool { get }
  /// Partitions that are this sink's and not read yet, as no broker tells where they begin.
  var awaited: [Int32] { get }
  /// Partitions that are read now.
  var partitions: [Int32] { get }
  /// Records that the topic holds and that are not answered; `nil` while that is not known.
  var behind: Int? { get }
  /// Partitions of the topic, as far as known.
  var topicPartitions: Int { get }
  /// Whether no partition of the topic has ever held a record.
  var isTopicNew: Bool { get }
  /// Has the brokers asked how things stand. Does not wait.
  func inquire()
  /// The answer to that, once.
  /// - Parameter isExpecting: whether records are known to be there.
  func takeStanding(isExpecting: Bool) -> FrameConsumer.Standing?
  /// What is to be told of brokers that hold this sink back by a quota.
  func throttling() -> String?
  /// The first place that cannot be read as a transaction is open there.
  var openTransaction: (partition: Int32, offset: Int64)? { get }
  /// Set when nothing more can be read.
  var fatalError: TransportError? { get }
}

extension FrameConsumer: RecordConsumer {}
