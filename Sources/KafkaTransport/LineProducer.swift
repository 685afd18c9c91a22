import CRDKafka
import Synchronization

/// Sends records that it copies (a model's answers, dead letters) and tells when the broker has them all. From any
/// thread.
public final class LineProducer: Sendable {
  private let client: KafkaClient
  private let topic: TopicHandle
  private let name: String
  private let failed: FailedDelivery

  /// Remembers the first record that the broker did not take.
  private final class FailedDelivery: Sendable {
    let error = Mutex<TransportError?>(nil)
  }

  /// - Parameter largestRecord: what may be sent at most, bytes.
  public init(
    _ settings: KafkaSettings, topic: String, largestRecord: Int = 1_000_000, log: KafkaLog? = nil
  ) throws(TransportError) {
    let failed = FailedDelivery()
    let events = ClientEvents(
      log: log,
      delivered: { message in
        let code = KafkaCode(message.pointee.err)
        guard code != .none else { return }
        failed.error.withLock { $0 = $0 ?? .kafka(action: "sending to \(topic)", code: code, detail: nil) }
      })
    client = try KafkaClient(
      RD_KAFKA_PRODUCER, settings,
      preset: SettingsPreset.producer(largestRecord: largestRecord, inFlightBytes: 1 << 20, user: settings),
      events: events)
    self.topic = try TopicHandle(topic, client)
    name = topic
    self.failed = failed
  }

  /// Connects, so that the first text need not wait for that.
  public func connect(milliseconds: Int = 30_000) throws(TransportError) {
    try topic.connect(milliseconds: Int32(milliseconds))
  }

  /// Copies a text into the client's queue.
  public func send(_ text: [UInt8], key: String) throws(TransportError) {
    var key = key
    let code = key.withUTF8 { key in
      text.withUnsafeBytes { enqueue($0, key: UnsafeRawBufferPointer(key), headers: nil) }
    }
    guard code == .none else { throw client.failure("sending to \(name)", code) }
  }

  /// Copies a record into the client's queue, as it is but for its further headers.
  public func send(
    copyOf record: borrowing Record, adding headers: [(name: String, value: String)]
  ) throws(TransportError) {
    let list = record.copyOfHeaders() ?? rd_kafka_headers_new(headers.count)
    for (name, value) in headers { rd_kafka_header_add(list, name, -1, value, -1) }
    let code = record.payload.withUnsafeBytes { enqueue($0, key: record.key, headers: list) }
    guard code == .none else {
      rd_kafka_headers_destroy(list)
      throw client.failure("sending to \(name)", code)
    }
  }

  /// - Parameter headers: the client's from then on, if it takes the record.
  private func enqueue(
    _ value: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, headers: OpaquePointer?
  ) -> KafkaCode {
    withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 5) { parts in
      parts.initialize(repeating: rd_kafka_vu_t())
      parts[0].vtype = RD_KAFKA_VTYPE_RKT
      parts[0].u.rkt = topic.pointer
      parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS
      parts[1].u.i = RD_KAFKA_MSG_F_COPY
      parts[2].vtype = RD_KAFKA_VTYPE_KEY
      parts[2].u.mem.ptr = UnsafeMutableRawPointer(mutating: key.baseAddress)
      parts[2].u.mem.size = key.count
      parts[3].vtype = RD_KAFKA_VTYPE_VALUE
      parts[3].u.mem.ptr = UnsafeMutableRawPointer(mutating: value.baseAddress)
      parts[3].u.mem.size = value.count
      parts[4].vtype = RD_KAFKA_VTYPE_HEADERS
      parts[4].u.headers = headers
      while true {
        let count = headers == nil ? 4 : 5
        guard let error = rd_kafka_produceva(client.handle, parts.baseAddress, count) else {
          return KafkaCode.none
        }
        let code = KafkaCode(rd_kafka_error_code(error))
        rd_kafka_error_destroy(error)
        guard code == .queueFull else { return code }
        client.poll(milliseconds: 10)
      }
    }
  }

  /// Waits until the broker has everything.
  /// - Parameter milliseconds: how long to wait at most.
  public func flush(milliseconds: Int = 30_000) throws(TransportError) {
    let code = KafkaCode(rd_kafka_flush(client.handle, Int32(milliseconds)))
    if let error = failed.error.withLock({ $0 }) { throw error }
    guard code == .none else { throw client.failure("sending to \(name)", code) }
  }
}
