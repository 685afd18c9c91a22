public import FrameCore

/// Sends the frames of one run of one feed by reference: librdkafka gets the payload bytes without a copy, and they are
/// released when the broker has answered.
///
/// All records go to one partition, which the feed's name selects when the first is sent.
public final class FrameProducer: Sendable {
  /// The names of a run and its limits.
  public struct Options: Sendable {
    public var topic: String
    public var feed: String
    public var run: String
    /// The largest record that the topic accepts, bytes.
    public var maximumRecord: Int
    /// The most records and payload bytes under way at a time; see ``SendWindow`` for the records.
    public var inFlightRecords = 64
    public var inFlightBytes = FrameProducer.defaultInFlightBytes

    public init(topic: String, feed: String, run: String, maximumRecord: Int) {
      self.topic = topic
      self.feed = feed
      self.run = run
      self.maximumRecord = maximumRecord
    }
  }

  static let defaultInFlightBytes = 64 << 20

  /// The most that a record needs besides its payload: headers, key and framing, bytes.
  public static let overhead = 2048

  private let sender: RenewableSender
  private let thread: ServingThread
  private let run: OutgoingRecord.Run
  private let options: Options
  /// The brokers in use.
  public let brokers: NamedBroker
  /// The largest payload that the client accepts, bytes.
  public let maximumPayload: Int
  /// The limit of librdkafka's own queue, bytes of payload; `nil` if it holds any frame.
  private let queueBytes: Int?

  /// - Parameters:
  ///   - log: receives librdkafka's log lines and lasting conditions, such as brokers that do not answer.
  ///   - delivered: called once for every record that ``send(_:sequence:format:stamps:)`` accepted, on the producer's
  ///     thread. It may call any method of the producer but ``close()``.
  public init(
    _ settings: KafkaSettings, _ options: Options, log: KafkaLog? = nil,
    delivered: @escaping @Sendable (Delivery) -> Void
  ) throws(TransportError) {
    try settings.check(for: .sending)
    sender = try RenewableSender(
      settings,
      RenewableSender.Options(
        topic: options.topic, largestRecord: options.maximumRecord,
        inFlightRecords: options.inFlightRecords, inFlightBytes: options.inFlightBytes,
        queueBytes: options.inFlightBytes, partition: RunPartition(feed: options.feed)), log: log
    ) { record, error, answered in
      delivered(
        Delivery(record, error, answered: answered, topic: options.topic, brokers: settings.broker))
    }
    self.options = options
    run = OutgoingRecord.Run(feed: options.feed, name: options.run)
    brokers = sender.current.client.brokers
    maximumPayload = max(0, (settings.number("message.max.bytes") ?? options.maximumRecord) - Self.overhead)
    queueBytes = settings.number("queue.buffering.max.kbytes").map { $0 * 1024 }
    thread = ServingThread(sender)
  }

  deinit { close() }

  /// Connects to the topic's leaders, so that the first frame does not wait for it. The topic must exist.
  /// - Parameter isStopped: called about once a second; `true` ends the wait.
  public func connect(
    milliseconds: Int = 30_000, isStopped: () -> Bool = { false }
  ) throws(TransportError) {
    try sender.current.topic.connect(milliseconds: Int32(milliseconds), isStopped: isStopped)
  }

  /// Checks a payload's size against the limits of the topic and of the client, before it is sent.
  public func check(payload bytes: Int) throws(TransportError) {
    let record = bytes + Self.overhead
    if record > options.maximumRecord {
      throw .tooLargeForTopic(
        topic: options.topic, bytes: record, limit: options.maximumRecord, broker: brokers)
    }
    if bytes > maximumPayload {
      throw .tooLargeForClient(bytes: record, limit: maximumPayload + Self.overhead)
    }
    // librdkafka reports only a full queue, also when the queue is empty.
    if let queueBytes, bytes > queueBytes {
      throw .tooLargeForClient(bytes: bytes, limit: queueBytes, setting: "queue.buffering.max.kbytes")
    }
  }

  /// Gives one frame to librdkafka; waits while the limit of records or bytes under way is reached.
  /// - Parameters:
  ///   - dropped: frames of the run that were due before this one and were not sent.
  ///   - stamps: `sent` is set here.
  /// - Returns: the `sent` stamp, ns since the Unix epoch.
  /// - Throws: the error that refuses this frame at once, or that ended sending; later errors are in its ``Delivery``.
  @discardableResult
  public func send(
    _ payload: consuming FrameBuffer, sequence: Int, dropped: Int = 0, format: PayloadFormat,
    stamps: SourceStamps
  ) throws(TransportError) -> Int64 {
    try check(payload: payload.count)
    // The time spent waiting for room is not counted as the broker's.
    sender.awaitRoom(for: payload.count)
    var stamps = stamps
    stamps.sent = FrameClock.now()
    let record = OutgoingRecord(
      .frame(sequence: sequence, dropped: dropped, format, stamps), of: run, address: payload.stableAddress,
      bytes: payload.count)
    try sender.send(record, payload)
    return stamps.sent
  }

  /// Sends the record that ends the run.
  /// - Parameters:
  ///   - count: frames sent in the run.
  ///   - dropped: frames that were due and were not sent.
  ///   - deadline: the end of the wait for room, monotonic ns.
  public func sendEnd(count: Int, dropped: Int = 0, deadline: Int64 = .max) throws(TransportError) {
    let record = OutgoingRecord(
      .end(count: count, dropped: dropped, sent: FrameClock.now()), of: run, bytes: 0)
    try sender.send(record, nil, deadline: deadline)
  }

  /// Waits until the broker has answered for every record sent.
  /// - Parameter deadline: monotonic, ns.
  /// - Returns: the number of records without an answer.
  public func drain(until deadline: Int64) -> Int { sender.drain(until: deadline) }

  /// Refuses new records and wakes threads that wait to send. Records under way stay under way.
  public func refuse() { sender.refuse() }

  /// Gives up all records under way: each is reported as not delivered. Refuses new records.
  public func abandon() { sender.abandon() }

  /// Gives up all records under way and ends the producer's thread. On return every record is reported. Idempotent.
  public func close() { thread.end() }

  /// The number of times a new client replaced one whose id and sequence, or whose topic, the broker no longer knew:
  /// records without an answer were sent again.
  public var renewals: Int { sender.renewals }

  /// The error after which the client can send nothing more.
  public var fatalError: TransportError? { sender.current.client.fatalError }

  /// Settings that differ from librdkafka's defaults; secrets as `***`.
  public var effectiveSettings: [String: String] { sender.current.client.effectiveSettings }
}
