import KafkaTransport

/// The part of a consumer that a sink needs. Implemented by ``FrameConsumer``.
protocol RecordConsumer: AnyObject, Sendable {
  /// Returns the next record or event; waits up to `milliseconds` for one. Serves the group.
  func poll(milliseconds: Int) -> Polled
  /// Serves the group while fetching is paused: returns events and problems, no records.
  func serve() -> Polled
  /// Pauses or resumes fetching.
  func pause(_ isPaused: Bool)
  /// Marks a returned record as done. Thread-safe.
  func done(_ place: RecordPlace)

  /// Whether all returned records are done.
  var isAnswered: Bool { get }
  /// Whether no rebalance is in progress.
  var isSettled: Bool { get }
  /// Assigned partitions that are not read yet, as no broker has returned their start offset.
  var awaited: [Int32] { get }
  /// Partitions that are being read.
  var partitions: [Int32] { get }
  /// Records of the topic that are not done; `nil` if unknown.
  var behind: Int? { get }
  /// The topic's number of partitions, as far as known.
  var topicPartitions: Int { get }
  /// Whether no partition of the topic has ever held a record.
  func checkTopicIsNew() -> Bool
  /// Starts an inquiry of the brokers about the state of the partitions. Does not block.
  func inquire()
  /// Returns the result of the inquiry, once.
  /// - Parameter isExpecting: whether records are known to exist.
  func takeTopicState(isExpecting: Bool) -> FrameConsumer.TopicState?
  /// Returns a message if brokers throttle this sink by a quota.
  func throttleMessage() -> String?
  /// The first position that is unreadable because of an open transaction.
  var openTransaction: (partition: Int32, offset: Int64)? { get }
  /// The error after which nothing can be read.
  var fatalError: TransportError? { get }
}

extension FrameConsumer: RecordConsumer {}
