public import FrameCore

/// What became of one record, told on the producer's own thread.
public struct Delivery: Sendable {
  /// Of the frame; for the record that ends a run the number of frames.
  public let sequence: Int
  public let isEnd: Bool
  /// Payload bytes.
  public let bytes: Int
  /// When it was handed to the client and when the broker's answer was here, ns since the Unix epoch.
  public let sent: Int64
  public let answered: Int64
  /// `nil` when the broker has it.
  public let error: TransportError?
}

/// Sends the frames of one run of one feed, by reference: payload bytes are never copied on their way into
/// librdkafka and are released when the broker has answered.
public final class FrameProducer: Sendable {
  /// What a run is called and how much of it may be under way.
  public struct Options: Sendable {
    public var topic: String
    public var feed: String
    public var run: String
    /// Largest record the topic takes, bytes.
    public var maximumRecord: Int
    /// Most records and payload bytes under way at a time.
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

  private let producer: RenewableProducer
  private let options: Options
  private let brokers: String
  private let stopping = StopSignal()
  private let poller = Lock<PipelineThread?>(nil)
  /// Largest payload that the client lets through, bytes.
  public let maximumPayload: Int

  /// - Parameter delivered: called for every record, once, on the producer's thread.
  public init(
    _ settings: KafkaSettings, _ options: Options, log: KafkaLog? = nil,
    delivered: @escaping @Sendable (Delivery) -> Void
  ) throws(TransportError) {
    let producer = try RenewableProducer(settings, options, log: log, delivered: delivered)
    self.producer = producer
    self.options = options
    brokers = producer.current.client.brokers
    maximumPayload = max(0, (settings.number("message.max.bytes") ?? options.maximumRecord) - Self.overhead)
    let stopping = stopping
    poller.withLock { $0 = PipelineThread("kafka-acks") { producer.serve(until: stopping) } }
  }

  deinit { close() }

  /// Connects to the topic's leaders, so that the first frame need not wait for that. The topic must exist.
  /// - Parameter isStopped: asked about once a second; ends the waiting.
  public func connect(
    milliseconds: Int = 30_000, isStopped: () -> Bool = { false }
  ) throws(TransportError) {
    try producer.current.topic.connect(milliseconds: Int32(milliseconds), isStopped: isStopped)
  }

  /// Checks a payload's size against the topic's and the client's limits, before anything is sent.
  public func check(payload bytes: Int) throws(TransportError) {
    let record = bytes + Self.overhead
    guard bytes > maximumPayload || record > options.maximumRecord else { return }
    if record > options.maximumRecord {
      throw .tooLargeForTopic(
        topic: options.topic, bytes: record, limit: options.maximumRecord, broker: brokers)
    }
    throw .tooLargeForClient(bytes: record, limit: maximumPayload + Self.overhead)
  }

  /// Hands one frame to librdkafka; waits while too much is under way.
  /// - Parameters:
  ///   - stamps: `sent` is set here.
  /// - Returns: the `sent` stamp, ns since the Unix epoch.
  /// - Throws: what refuses the frame at once; later trouble is in its ``Delivery``.
  @discardableResult
  public func send(
    _ payload: consuming FrameBuffer, sequence: Int, format: PayloadFormat, stamps: SourceStamps
  ) throws(TransportError) -> Int64 {
    try check(payload: payload.count)
    let bytes = payload.count
    let address = payload.stableAddress
    var stamps = stamps
    stamps.sent = FrameClock.now()
    let description = OutgoingRecord.Description(format: format, stamps: stamps)
    let slot = producer.inFlight.add(
      InFlightFrame(
        buffer: payload, sequence: sequence, sent: stamps.sent, bytes: bytes, description: description))
    guard let slot else { throw .stopped }
    try producer.send(
      OutgoingRecord(
        slot: slot, sequence: sequence, sent: stamps.sent, address: address, bytes: bytes,
        description: description))
    return stamps.sent
  }

  /// Sends the record that ends the run.
  /// - Parameters:
  ///   - count: frames sent in it.
  ///   - deadline: how long to wait while too much is under way, monotonic ns.
  public func sendEnd(count: Int, deadline: Int64 = .max) throws(TransportError) {
    let now = FrameClock.now()
    let slot = producer.inFlight.add(
      InFlightFrame(buffer: nil, sequence: count, sent: now, bytes: 0, description: nil), deadline: deadline)
    guard let slot else { throw .stopped }
    try producer.send(
      OutgoingRecord(slot: slot, sequence: count, sent: now, address: nil, bytes: 0, description: nil))
  }

  /// Waits until the broker has answered for everything that was sent.
  /// - Parameter deadline: monotonic, ns.
  /// - Returns: records without an answer.
  public func drain(until deadline: Int64) -> Int { producer.inFlight.wait(until: deadline) }

  /// Takes nothing more; who waits to send is woken. What is under way stays so.
  public func refuse() { producer.inFlight.close() }

  /// Gives up what is under way: each such record is reported as not delivered.
  public func abandon() { producer.abandon() }

  /// Stops the producer's thread and takes nothing more. Idempotent.
  public func close() {
    refuse()
    stopping.request()
    let thread = poller.withLock { $0.take() }
    thread?.join()
  }

  /// How often the broker no longer knew where this producer was, so that a new client took over: what had no
  /// answer was sent again.
  public var renewals: Int { producer.books.renewals }

  /// Set when the client can send nothing more.
  public var fatalError: TransportError? { producer.current.client.fatalError }

  /// Settings that differ from librdkafka's defaults; secrets as `***`.
  public var effectiveSettings: [String: String] { producer.current.client.effectiveSettings }
}
