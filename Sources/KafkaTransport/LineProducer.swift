import FrameCore
import CRDKafka
import Synchronization

/// Sends records that it copies (a model's answers, dead letters) and tells when the broker has them all. From any
/// thread; a flush is for what was sent before it.
public final class LineProducer: Sendable {
  private struct Line {
    /// `nil` is null, which an empty one is not; so with the key.
    let value: [UInt8]?
    let key: [UInt8]?
    var headers: RecordHeaders?
    /// ms since the Unix epoch; `nil` is the time of sending.
    var timestamp: Int64?
  }

  /// What goes on between two flushes.
  private struct State {
    var connection: Connection
    /// Sent and not flushed yet: if the client ends, they go out again from another.
    var lines: [Line] = []
    /// Of all lines ever sent, the number of the first in `lines`.
    var first = 0
    /// Clients in a row that failed.
    var failures = 0

    /// One past the number of the last line sent.
    var end: Int { first + lines.count }

    /// Forgets the lines below a number.
    mutating func forget(before number: Int) {
      let count = max(0, min(number - first, lines.count))
      lines.removeFirst(count)
      first += count
    }
  }

  /// A client with its topic, and the first record that the broker did not take.
  private final class Connection: Sendable {
    let client: KafkaClient
    let topic: TopicHandle
    let events: ClientEvents
    let refused: FailedDelivery

    init(
      _ settings: KafkaSettings, topic: String, largestRecord: Int, log: KafkaLog?
    ) throws(TransportError) {
      let refused = FailedDelivery()
      events = ClientEvents(
        log: log,
        delivered: { message, _ in
          let refusal = Refusal(
            code: KafkaCode(message.pointee.err), bytes: message.pointee.len + message.pointee.key_len)
          if refusal.code != .none { refused.first.withLock { $0 = $0 ?? refusal } }
        })
      client = try KafkaClient(
        RD_KAFKA_PRODUCER, settings,
        preset: SettingsPreset.producer(largestRecord: largestRecord, inFlightBytes: 1 << 20, user: settings),
        events: events)
      self.topic = try TopicHandle(topic, client)
      self.refused = refused
    }
  }

  /// Why a record was not taken, and how large its key and value are.
  private struct Refusal {
    let code: KafkaCode
    let bytes: Int
  }

  private final class FailedDelivery: Sendable {
    let first = Lock<Refusal?>(nil)
  }

  private let settings: KafkaSettings
  private let name: String
  private let largestRecord: Int
  private let log: KafkaLog?
  private let state: Lock<State>
  private let abandoned = Atomic(false)

  /// - Parameter largestRecord: what may be sent at most, bytes.
  public init(
    _ settings: KafkaSettings, topic: String, largestRecord: Int = 1_000_000, log: KafkaLog? = nil
  ) throws(TransportError) {
    self.settings = settings
    self.largestRecord = largestRecord
    self.log = log
    name = topic
    state = Lock(
      State(
        connection: try Connection(settings, topic: topic, largestRecord: largestRecord, log: log)))
  }

  /// Connects, so that the first text need not wait for that, and finds out whether the topic is there.
  /// - Parameter isStopped: asked about once a second; ends the waiting.
  /// - Throws: ``TransportError/topicMissing(_:broker:)``, ``TransportError/stopped``, or why no broker answers.
  public func connect(
    milliseconds: Int = 30_000, isStopped: () -> Bool = { false }
  ) throws(TransportError) {
    let connection = state.withLock { $0.connection }
    try connection.topic.connect(milliseconds: Int32(milliseconds), isStopped: isStopped)
  }

  /// Copies a text into the client's queue.
  public func send(_ text: [UInt8], key: String) throws(TransportError) {
    try send(Line(value: text, key: Array(key.utf8)))
  }

  /// Copies a record into the client's queue, byte for byte but for its further headers: what is null stays null,
  /// the timestamp stays (librdkafka takes 0, the first millisecond of 1970, for none).
  public func send(
    copyOf record: borrowing Record, adding headers: [(name: String, value: String)]
  ) throws(TransportError) {
    try send(
      Line(
        value: record.valueBytes, key: record.keyBytes,
        headers: RecordHeaders(of: record, adding: headers), timestamp: record.timestampMilliseconds))
  }

  private func send(_ line: Line) throws(TransportError) {
    // Under the lock: a flush by another thread, which forgets the lines it is for, finds them with the client.
    let (connection, code) = state.withLock { state in
      state.lines.append(line)
      return (state.connection, enqueue(line, state.connection))
    }
    // A client that has ended is replaced by the flush.
    guard code == .none || connection.client.fatalCode.isLostPlace else {
      let bytes = (line.value?.count ?? 0) + (line.key?.count ?? 0)
      if code == .messageTooLarge {
        let limit = settings.number("message.max.bytes") ?? largestRecord
        throw .tooLargeForClient(bytes: bytes + FrameProducer.overhead, limit: limit)
      }
      throw connection.client.failure("sending to \(name)", code)
    }
  }

  /// A record that the broker did not take, in words that say what mends it.
  private func error(_ refusal: Refusal, _ connection: Connection) -> TransportError {
    switch refusal.code {
    case .messageTooLarge:
      // Not every broker tells its topics' settings.
      let limit = try? TopicAdmin(settings).describe(name)?.maximumRecord
      return .tooLargeForTopic(
        topic: name, bytes: refusal.bytes + FrameProducer.overhead, limit: limit,
        broker: connection.client.brokers)
    case .invalidTimestamp:
      return .kafka(
        action: "sending to \(name)", code: refusal.code,
        detail: "the topic does not take the record's time; let it take any: framefeed topic create \(name) "
          + "--update --config message.timestamp.after.max.ms=\(Int64.max) "
          + "--config message.timestamp.before.max.ms=\(Int64.max) --broker \(connection.client.brokers)")
    default: return connection.client.failure("sending to \(name)", refusal.code)
    }
  }

  private func enqueue(_ line: Line, _ connection: Connection) -> KafkaCode {
    let headers = line.headers?.copied()
    let code = withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 6) { parts in
      parts.initialize(repeating: rd_kafka_vu_t())
      parts[0].vtype = RD_KAFKA_VTYPE_RKT
      parts[0].u.rkt = connection.topic.pointer
      parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS
      parts[1].u.i = RD_KAFKA_MSG_F_COPY
      parts[2].vtype = RD_KAFKA_VTYPE_TIMESTAMP
      parts[2].u.i64 = line.timestamp ?? 0  // which is now
      parts[3].vtype = RD_KAFKA_VTYPE_HEADERS
      parts[3].u.headers = headers
      parts[4].vtype = RD_KAFKA_VTYPE_KEY
      parts[5].vtype = RD_KAFKA_VTYPE_VALUE
      return Self.withAddress(of: line.key) { key, size in
        parts[4].u.mem.ptr = key
        parts[4].u.mem.size = size
        return Self.withAddress(of: line.value) { value, size in
          parts[5].u.mem.ptr = value
          parts[5].u.mem.size = size
          return produce(parts, connection)
        }
      }
    }
    // The client's from then on, if it takes the record.
    if code != .none, let headers { rd_kafka_headers_destroy(headers) }
    return code
  }

  /// Where bytes lie, for a call: null for `nil`, and never null for what is only empty, of which nothing is read.
  private static func withAddress(
    of bytes: [UInt8]?, _ body: (UnsafeMutableRawPointer?, _ size: Int) -> KafkaCode
  ) -> KafkaCode {
    guard let bytes else { return body(nil, 0) }
    return bytes.withUnsafeBytes { bytes in
      let address = bytes.baseAddress ?? UnsafeRawPointer(HeaderName.end.utf8Start)
      return body(UnsafeMutableRawPointer(mutating: address), bytes.count)
    }
  }

  private func produce(
    _ parts: UnsafeMutableBufferPointer<rd_kafka_vu_t>, _ connection: Connection
  ) -> KafkaCode {
    while true {
      guard let error = rd_kafka_produceva(connection.client.handle, parts.baseAddress, parts.count)
      else { return .none }
      let code = KafkaCode(rd_kafka_error_code(error))
      rd_kafka_error_destroy(error)
      guard code == .queueFull, !abandoned.load(ordering: .acquiring) else { return code }
      connection.client.poll(milliseconds: 10)
    }
  }

  /// Takes in the broker's answers so far, without waiting. For texts whose loss does no harm: nothing is kept
  /// for a flush.
  public func serve() {
    let connection = state.withLock { state in
      state.forget(before: state.end)
      return state.connection
    }
    connection.client.poll(milliseconds: 0)
  }

  /// Waits until the broker has everything, as long as librdkafka tries (`message.timeout.ms`) or until
  /// ``abandon()``.
  public func flush() throws(TransportError) {
    let end = state.withLock { $0.end }
    while true {
      let connection = state.withLock { $0.connection }
      var code = KafkaCode.timedOut
      while code == .timedOut, !abandoned.load(ordering: .acquiring) {
        code = KafkaCode(rd_kafka_flush(connection.client.handle, 100))
      }
      let fatal = connection.client.fatalCode
      if fatal.isLostPlace, code == .none, try renew(connection, fatal) { continue }
      if let refusal = connection.refused.first.withLock({ $0 }) { throw error(refusal, connection) }
      guard code == .none else { throw connection.client.failure("sending to \(name)", code) }
      state.withLock {
        $0.forget(before: end)
        $0.failures = 0
      }
      return
    }
  }

  /// Sends what was not flushed once more, from a new client: the broker no longer knows where the old one was.
  /// - Returns: false when that has failed too often.
  private func renew(_ failed: Connection, _ fatal: KafkaCode) throws(TransportError) -> Bool {
    let (isReplaced, failures) = state.withLock { state in
      // By another thread's flush.
      guard state.connection === failed else { return (true, 0) }
      state.failures += 1
      return (false, state.failures)
    }
    if isReplaced { return true }
    guard failures <= DeliveryBooks.maximumFailures else { return false }
    let next = try Connection(settings, topic: name, largestRecord: largestRecord, log: log)
    log?(.warning, "sending to \(name): the broker no longer knew this producer (\(fatal.name)); sent again")
    let code = state.withLock { state in
      state.connection = next
      for line in state.lines {
        let code = enqueue(line, next)
        guard code == .none || next.client.fatalCode.isLostPlace else { return code }
      }
      return .none
    }
    guard code == .none else { throw next.client.failure("sending to \(name)", code) }
    return true
  }

  /// Ends a flush that waits for a broker, from any thread: it throws, and nothing more is sent.
  public func abandon() { abandoned.store(true, ordering: .releasing) }
}
