import CRDKafka
import Synchronization

/// Sends small texts (a model's answers) and tells when the broker has them all. For one thread.
public final class LineProducer: Sendable {
  private let client: KafkaClient
  private let topic: TopicHandle
  private let name: String
  private let failed: FailedDelivery

  /// Remembers the first record that the broker did not take.
  private final class FailedDelivery: Sendable {
    let error = Mutex<TransportError?>(nil)
  }

  public init(_ settings: KafkaSettings, topic: String, log: KafkaLog? = nil) throws(TransportError) {
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
      preset: SettingsPreset.producer(largestRecord: 1_000_000, inFlightBytes: 1 << 20, user: settings),
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
      withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 4) { parts in
        parts.initialize(repeating: rd_kafka_vu_t())
        parts[0].vtype = RD_KAFKA_VTYPE_RKT
        parts[0].u.rkt = topic.pointer
        parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS
        parts[1].u.i = RD_KAFKA_MSG_F_COPY
        parts[2].vtype = RD_KAFKA_VTYPE_KEY
        parts[2].u.mem.ptr = UnsafeMutableRawPointer(mutating: key.baseAddress)
        parts[2].u.mem.size = key.count
        parts[3].vtype = RD_KAFKA_VTYPE_VALUE
        return text.withUnsafeBytes { bytes in
          parts[3].u.mem.ptr = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
          parts[3].u.mem.size = bytes.count
          while true {
            guard let error = rd_kafka_produceva(client.handle, parts.baseAddress, parts.count) else {
              return KafkaCode.none
            }
            let code = KafkaCode(rd_kafka_error_code(error))
            rd_kafka_error_destroy(error)
            guard code == .queueFull else { return code }
            client.poll(milliseconds: 10)
          }
        }
      }
    }
    guard code == .none else { throw client.failure("sending to \(name)", code) }
  }

  /// Takes in the broker's answers so far, without waiting.
  public func serve() { client.poll(milliseconds: 0) }

  /// Waits until the broker has everything.
  /// - Parameter milliseconds: how long to wait at most.
  public func flush(milliseconds: Int = 30_000) throws(TransportError) {
    let code = KafkaCode(rd_kafka_flush(client.handle, Int32(milliseconds)))
    if let error = failed.error.withLock({ $0 }) { throw error }
    guard code == .none else { throw client.failure("sending to \(name)", code) }
  }
}
