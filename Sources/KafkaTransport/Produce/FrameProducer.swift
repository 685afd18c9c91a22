public import FrameCore

/// Sends the frames of one run of one feed, by reference: payload bytes are never copied on their way into
/// librdkafka and are released when the broker has answered.
///
/// All of them go to one partition, which is chosen by the feed's name when the first is sent.
public final class FrameProducer: Sendable {
  /// What a run is called and how much of it may be under way.
  public struct Options: Sendable {
    public var topic: String
    public var feed: String
    public var run: String
    /// Largest record the topic takes, bytes.
    public var maximumRecord: Int
    /// Most records and payload bytes under way at a time; see ``SendWindow`` for the records.
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

  /// What a record takes beside its payload at most: headers, key and framing, bytes.
  public static let overhead = 2048

  private let sender: RenewableSender
  private let thread: ServingThread
  private let run: OutgoingRecord.Run
  private let options: Options
  /// The brokers in use.
  public let brokers: NamedBroker
  /// Largest payload that the client lets through, bytes.
  public let maximumPayload: Int
  /// What librdkafka's own queue may hold, bytes of payload; `nil` is enough for any frame.
  private let queueBytes: Int?

  /// - Parameters:
  ///   - log: librdkafka's lines, and what lasts and somebody must know: no answers from the broker, for one.
  ///   - delivered: called for every record that ``send(_:sequence:format:stamps:)`` took, once, on the producer's
  ///     thread. It may ask the producer anything but to close.
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

  /// Connects to the topic's leaders, so that the first frame need not wait for that. The topic must exist.
  /// - Parameter isStopped: asked about once a second; ends the waiting.
  public func connect(
    milliseconds: Int = 30_000, isStopped: () -> Bool = { false }
  ) throws(TransportError) {
    try sender.current.topic.connect(milliseconds: Int32(milliseconds), isStopped: isStopped)
  }

  /// Checks a payload's size against the topic's and the client's limits, before anything is sent.
  public func check(payload bytes: Int) throws(TransportError) {
    let record = bytes + Self.overhead
    if record > options.maximumRecord {
      throw .tooLargeForTopic(
        topic: options.topic, bytes: record, limit: options.maximumRecord, broker: brokers)
    }
    if bytes > maximumPayload {
      throw .tooLargeForClient(bytes: record, limit: maximumPayload + Self.overhead)
    }
    // librdkafka says only that its queue is full, also when it is empty.
    if let queueBytes, bytes > queueBytes {
      throw .tooLargeForClient(bytes: bytes, limit: queueBytes, setting: "queue.buffering.max.kbytes")
    }
  }

  /// Hands one frame to librdkafka; waits while too much is under way.
  /// - Parameters:
  ///   - dropped: frames of the run that were due before this one and were not sent.
  ///   - stamps: `sent` is set here.
  /// - Returns: the `sent` stamp, ns since the Unix epoch.
  /// - Throws: what refuses the frame at once, and why nothing more is sent; later trouble is in its ``Delivery``.
  @discardableResult
  public func send(
    _ payload: consuming FrameBuffer, sequence: Int, dropped: Int = 0, format: PayloadFormat,
    stamps: SourceStamps
  ) throws(TransportError) -> Int64 {
    try check(payload: payload.count)
    // The wait for room is not the broker's.
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
  ///   - count: frames sent in it.
  ///   - dropped: frames that were due and were not sent.
  ///   - deadline: how long to wait while too much is under way, monotonic ns.
  public func sendEnd(count: Int, dropped: Int = 0, deadline: Int64 = .max) throws(TransportError) {
    let record = OutgoingRecord(
      .end(count: count, dropped: dropped, sent: FrameClock.now()), of: run, bytes: 0)
    try sender.send(record, nil, deadline: deadline)
  }

  /// Waits until the broker has answered for everything that was sent.
  /// - Parameter deadline: monotonic, ns.
  /// - Returns: records without an answer.
  public func drain(until deadline: Int64) -> Int { sender.drain(until: deadline) }

  /// Takes nothing more; who waits to send is woken. What is under way stays so.
  public func refuse() { sender.refuse() }

  /// Gives up what is under way: each such record is told as not delivered. Takes nothing more.
  public func abandon() { sender.abandon() }

  /// Gives up what is under way and ends the producer's thread; then everything has been told. Idempotent.
  public func close() { thread.end() }

  /// How often a new client took over, as the broker no longer knew where this one was, or not the topic: what had no
  /// answer was sent again.
  public var renewals: Int { sender.renewals }

  /// Set when the client can send nothing more.
  public var fatalError: TransportError? { sender.current.client.fatalError }

  /// Settings that differ from librdkafka's defaults; secrets as `***`.
  public var effectiveSettings: [String: String] { sender.current.client.effectiveSettings }
}
