import CRDKafka
public import FrameCore
import Synchronization

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

  private let client: KafkaClient
  private let topic: TopicHandle
  private let options: Options
  private let inFlight: InFlightFrames
  private let stopping = StopSignal()
  private let poller = Mutex<PipelineThread?>(nil)
  /// Largest payload that the client lets through, bytes.
  public let maximumPayload: Int

  /// - Parameter delivered: called for every record, once, on the producer's thread.
  public init(
    _ settings: KafkaSettings, _ options: Options, log: KafkaLog? = nil,
    delivered: @escaping @Sendable (Delivery) -> Void
  ) throws(TransportError) {
    let inFlight = InFlightFrames(records: options.inFlightRecords, bytes: options.inFlightBytes)
    let topic = options.topic
    let events = ClientEvents(
      log: log,
      delivered: { message in
        let slot = Int(bitPattern: message.pointee._private) - 1
        let answered = FrameClock.now()
        let code = KafkaCode(message.pointee.err)
        inFlight.end(slot) { frame in
          delivered(
            Delivery(
              sequence: frame.sequence, isEnd: frame.buffer == nil, bytes: frame.bytes, sent: frame.sent,
              answered: answered,
              error: code == .none ? nil : .kafka(action: "sending to \(topic)", code: code, detail: nil)))
        }
      })
    let client = try KafkaClient(
      RD_KAFKA_PRODUCER, settings,
      preset: SettingsPreset.producer(
        largestRecord: min(options.maximumRecord, SettingsPreset.largestRecord),
        inFlightBytes: options.inFlightBytes, user: settings),
      events: events)
    let limit = settings.number("message.max.bytes") ?? options.maximumRecord
    self.client = client
    self.topic = try TopicHandle(topic, client)
    self.options = options
    self.inFlight = inFlight
    maximumPayload = max(0, limit - Self.overhead)
    let stopping = stopping
    poller.withLock { poller in
      poller = PipelineThread("kafka-acks") {
        while !stopping.isRequested { client.poll(milliseconds: 100) }
      }
    }
  }

  deinit { close() }

  /// Connects to the topic's leaders, so that the first frame need not wait for that. The topic must exist.
  public func connect(milliseconds: Int = 30_000) throws(TransportError) {
    try topic.connect(milliseconds: Int32(milliseconds))
  }

  /// Checks a payload's size against the topic's and the client's limits, before anything is sent.
  public func check(payload bytes: Int) throws(TransportError) {
    let record = bytes + Self.overhead
    guard bytes > maximumPayload || record > options.maximumRecord else { return }
    if record > options.maximumRecord {
      throw .tooLargeForTopic(
        topic: options.topic, bytes: record, limit: options.maximumRecord, broker: client.brokers)
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
    let slot = inFlight.add(
      InFlightFrame(buffer: payload, sequence: sequence, sent: stamps.sent, bytes: bytes))
    guard let slot else { throw .stopped }
    try produce(
      slot, address, bytes, timestamp: stamps.captured,
      headers: .frame(run: options.run, sequence: sequence, format: format, stamps: stamps))
    return stamps.sent
  }

  /// Sends the record that ends the run.
  /// - Parameter count: frames sent in it.
  public func sendEnd(count: Int) throws(TransportError) {
    let now = FrameClock.now()
    let slot = inFlight.add(InFlightFrame(buffer: nil, sequence: count, sent: now, bytes: 0))
    guard let slot else { throw .stopped }
    // Not null, which would be a tombstone: no byte is read from this address.
    try produce(
      slot, UnsafeMutableRawPointer(mutating: HeaderName.end.utf8Start), 0, timestamp: now,
      headers: .end(run: options.run, count: count, sent: now))
  }

  private func produce(
    _ slot: Int, _ address: UnsafeMutableRawPointer, _ bytes: Int, timestamp: Int64,
    headers: consuming HeaderWriter
  ) throws(TransportError) {
    let code = enqueue(slot, address, bytes, timestamp: timestamp, headers: &headers)
    guard code == .none else {
      inFlight.end(slot) { _ in }
      throw client.fatalError ?? client.failure("sending to \(options.topic)", code)
    }
  }

  private func enqueue(
    _ slot: Int, _ address: UnsafeMutableRawPointer, _ bytes: Int, timestamp: Int64,
    headers: inout HeaderWriter
  ) -> KafkaCode {
    var feed = options.feed
    return feed.withUTF8 { key in
      withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 7) { parts in
        parts.initialize(repeating: rd_kafka_vu_t())
        parts[0].vtype = RD_KAFKA_VTYPE_RKT
        parts[0].u.rkt = topic.pointer
        parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS  // 0: neither copy nor free the payload
        parts[1].u.i = 0
        parts[2].vtype = RD_KAFKA_VTYPE_KEY
        parts[2].u.mem.ptr = UnsafeMutableRawPointer(mutating: key.baseAddress)
        parts[2].u.mem.size = key.count
        parts[3].vtype = RD_KAFKA_VTYPE_VALUE
        parts[3].u.mem.ptr = address
        parts[3].u.mem.size = bytes
        parts[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP
        parts[4].u.i64 = timestamp / 1_000_000
        parts[5].vtype = RD_KAFKA_VTYPE_HEADERS
        parts[5].u.headers = headers.pointer
        parts[6].vtype = RD_KAFKA_VTYPE_OPAQUE
        parts[6].u.ptr = UnsafeMutableRawPointer(bitPattern: slot + 1)
        while true {
          guard let error = rd_kafka_produceva(client.handle, parts.baseAddress, parts.count) else {
            headers.wereTaken()
            return .none
          }
          let code = KafkaCode(rd_kafka_error_code(error))
          rd_kafka_error_destroy(error)
          // The client's own queue is full (the user's setting): wait for it as for our own bound.
          guard code == .queueFull, !stopping.isRequested else { return code }
          _ = inFlight.wait(until: FrameClock.monotonic() + 1_000_000)
        }
      }
    }
  }

  /// Waits until the broker has answered for everything that was sent.
  /// - Parameter deadline: monotonic, ns.
  /// - Returns: records without an answer.
  public func drain(until deadline: Int64) -> Int { inFlight.wait(until: deadline) }

  /// Gives up what is under way: each such record is reported as not delivered.
  public func abandon() {
    rd_kafka_purge(client.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
  }

  /// Stops the producer's thread and takes nothing more. Idempotent.
  public func close() {
    inFlight.close()
    stopping.request()
    let thread = poller.withLock { $0.take() }
    thread?.join()
  }

  /// Set when the client can send nothing more.
  public var fatalError: TransportError? { client.fatalError }

  /// Settings that differ from librdkafka's defaults; secrets as `***`.
  public var effectiveSettings: [String: String] { client.effectiveSettings }
}
