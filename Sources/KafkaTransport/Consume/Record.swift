import CRDKafka
import FrameCore
import Glibc

/// Owns one fetched record. Its payload is in librdkafka's fetch buffer, not copied.
///
/// A record that is kept holds the whole response it came in: use the payload, then release the record, or ``detach()``
/// it.
public struct Record: ~Copyable, @unchecked Sendable {
  // Sound: the message, or the copy, belongs to this value alone, and librdkafka lets any thread read and destroy it.
  private var content: Content
  /// The client must outlive its messages.
  private let client: KafkaClient?
  public let place: RecordPlace
  /// When the client returned it, ns since the Unix epoch.
  public let received: Int64

  private enum Content {
    case fetched(UnsafeMutablePointer<rd_kafka_message_t>)
    case copied(RecordCopy)
  }

  init(_ message: UnsafeMutablePointer<rd_kafka_message_t>, client: KafkaClient, _ place: RecordPlace) {
    content = .fetched(message)
    self.place = place
    self.client = client
    received = FrameClock.now()
  }

  /// A record that was not fetched, without headers.
  init(
    value: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, timestamp: Int64?, _ place: RecordPlace,
    received: Int64
  ) {
    content = .copied(RecordCopy(value: value, key: key, headers: nil, timestamp: timestamp))
    client = nil
    self.place = place
    self.received = received
  }

  deinit {
    switch content {
    case .fetched(let message): rd_kafka_message_destroy(message)
    case .copied: break
    }
  }

  /// The largest value that is worth a copy for a record that waits, bytes: the response it came in may hold hundreds
  /// of others.
  public static let smallCopy = 1 << 20

  /// Copies the record's contents and releases the response it came in. For records that wait.
  public mutating func detach() {
    guard case .fetched(let message) = content else { return }
    content = .copied(
      RecordCopy(value: value, key: key, headers: copiedHeaders(), timestamp: timestampMilliseconds))
    rd_kafka_message_destroy(message)
  }

  private var value: UnsafeRawBufferPointer {
    switch content {
    case .fetched(let message):
      UnsafeRawBufferPointer(start: message.pointee.payload, count: message.pointee.len)
    case .copied(let copy): copy.value
    }
  }

  private var headerList: OpaquePointer? {
    switch content {
    case .fetched(let message):
      var list: OpaquePointer?
      return KafkaCode(rd_kafka_message_headers(message, &list)) == .none ? list : nil
    case .copied(let copy): return copy.headers
    }
  }

  public var partition: Int32 { place.partition }
  public var offset: Int64 { place.offset }

  /// Whether the value is null: a deletion marker, not a frame.
  public var isTombstone: Bool { value.baseAddress == nil }

  /// The size of the value, bytes.
  public var byteCount: Int { value.count }

  /// The value; empty when it is null.
  public var payload: RawSpan {
    @_lifetime(borrow self)
    get {
      _overrideLifetime(RawSpan(_unsafeBytes: value), borrowing: self)
    }
  }

  /// The key's bytes; empty, without an address, when there is none.
  var key: UnsafeRawBufferPointer {
    switch content {
    case .fetched(let message):
      UnsafeRawBufferPointer(start: message.pointee.key, count: message.pointee.key_len)
    case .copied(let copy): copy.key
    }
  }

  /// The record's timestamp, ns since the Unix epoch (Kafka keeps whole milliseconds); `nil` without one, or where
  /// it is out of range (the year 2262).
  public var timestamp: Int64? {
    guard let milliseconds = timestampMilliseconds, milliseconds >= 0 else { return nil }
    let (nanoseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
    return overflow ? nil : nanoseconds
  }

  /// Returns a message's timestamp, ms since the Unix epoch.
  static func milliseconds(_ message: UnsafePointer<rd_kafka_message_t>) -> Int64? {
    var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
    let milliseconds = rd_kafka_message_timestamp(message, &kind)
    return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || milliseconds < 0 ? nil : milliseconds
  }

  /// The record's timestamp as it is, ms since the Unix epoch; `nil` without one.
  public var timestampMilliseconds: Int64? {
    let message: UnsafeMutablePointer<rd_kafka_message_t>
    switch content {
    case .fetched(let fetched): message = fetched
    case .copied(let copy): return copy.timestamp
    }
    var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
    let milliseconds = rd_kafka_message_timestamp(message, &kind)
    return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : milliseconds
  }

  /// The key's bytes, copied; `nil` where it is null.
  public var keyBytes: [UInt8]? { key.baseAddress == nil ? nil : Array(key) }

  /// The value's bytes, copied; `nil` where it is null.
  var valueBytes: [UInt8]? { isTombstone ? nil : payload.withUnsafeBytes { Array($0) } }

  /// All headers, copied; a name is bytes, a null value is `nil`.
  public var headers: [(name: [UInt8], value: [UInt8]?)] {
    var headers: [(name: [UInt8], value: [UInt8]?)] = []
    _ = forEachHeader(limit: .max) { name, value in
      let name = UnsafeRawBufferPointer(start: name, count: strlen(name))
      headers.append((Array(name), value.baseAddress == nil ? nil : Array(value)))
    }
    return headers
  }

  /// Returns a copy of the headers, owned by the caller; `nil` if there are none.
  func copiedHeaders() -> OpaquePointer? {
    headerList.flatMap { rd_kafka_headers_copy($0) }
  }

  /// Calls `body` with each header, in order; a null value is empty, without an address.
  /// - Returns: `false` if there are more than `limit`; `body` got only the first ones.
  func forEachHeader<E: Error>(
    limit: Int, _ body: (UnsafePointer<CChar>, UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) -> Bool {
    guard let list = headerList else { return true }
    var at = 0
    while true {
      var name: UnsafePointer<CChar>?
      var value: UnsafeRawPointer?
      var size = 0
      guard KafkaCode(rd_kafka_header_get_all(list, at, &name, &value, &size)) == .none, let name else {
        return true
      }
      guard at < limit else { return false }
      try body(name, UnsafeRawBufferPointer(start: value, count: size))
      at += 1
    }
  }
}

/// A copy of a record's bytes, in its own memory.
private final class RecordCopy {
  let value: UnsafeRawBufferPointer
  let key: UnsafeRawBufferPointer
  let headers: OpaquePointer?
  let timestamp: Int64?

  /// - Parameter headers: owned by this object from here on.
  init(value: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer, headers: OpaquePointer?, timestamp: Int64?)
  {
    self.value = Self.copy(value)
    self.key = Self.copy(key)
    self.headers = headers
    self.timestamp = timestamp
  }

  deinit {
    value.deallocate()
    key.deallocate()
    if let headers { rd_kafka_headers_destroy(headers) }
  }

  /// Copies bytes; null stays null.
  private static func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard bytes.baseAddress != nil else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
    memory.copyMemory(from: bytes)
    return UnsafeRawBufferPointer(rebasing: memory[..<bytes.count])
  }
}
