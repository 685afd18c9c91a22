import FrameCore
import KafkaTransport

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#else
  #error("no C library known for this platform")
#endif

/// Keeps rejected records as they came, with the reason and where they were. From any thread.
protocol DeadLetters: AnyObject, Sendable {
  /// Returns when the record is saved.
  func keep(_ record: borrowing Record, topic: String, reason: String) throws(FeedError)
  /// Ends a wait for a broker: it throws.
  func abandon()
}

/// Dead letters as files: `TOPIC-PARTITION-OFFSET.value` holds the record's value, `.json` beside it the rest.
///
/// The `.json` is written last: where it is, the record is complete.
final class DeadLetterDirectory: DeadLetters {
  private let path: String

  /// Makes the directory where it is missing.
  init(_ path: String) throws(FeedError) {
    self.path = path
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw .output(file: path, reason: String(cString: strerror(errno)))
    }
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
      throw .output(file: path, reason: "is no directory; name one for --dead-letter")
    }
    guard access(path, W_OK) == 0 else {
      throw .output(file: path, reason: String(cString: strerror(errno)))
    }
  }

  func keep(_ record: borrowing Record, topic: String, reason: String) throws(FeedError) {
    let name = "\(path)/\(topic)-\(record.partition)-\(record.offset)"
    try write("\(name).value") { file in
      record.payload.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) == $0.count }
    }
    let letter = JSONLetter.text(record, topic: topic, reason: reason)
    try write("\(name).json") { file in fwrite(letter, 1, letter.count, file) == letter.count }
  }

  func abandon() {}

  private func write(_ path: String, _ body: (UnsafeMutablePointer<FILE>) -> Bool) throws(FeedError) {
    guard let file = fopen(path, "w") else {
      throw .output(file: path, reason: String(cString: strerror(errno)))
    }
    // A full disk may show only when the buffer is written out.
    errno = 0
    let written = body(file) && fflush(file) == 0
    let reason = String(cString: strerror(errno))
    guard fclose(file) == 0, written else { throw .output(file: path, reason: reason) }
  }
}

/// What a dead letter says of its record.
private enum JSONLetter {
  /// Most headers that are told.
  private static let maximumHeaders = 1000

  static func text(_ record: borrowing Record, topic: String, reason: String) -> [UInt8] {
    var text: [UInt8] = []
    text.append(text: "{\"topic\":")
    text.append(quoted: topic)
    text.append(text: ",\"partition\":\(record.partition),\"offset\":\(record.offset),\"reason\":")
    text.append(quoted: reason)
    if let timestamp = record.timestamp { text.append(text: ",\"timestampMs\":\(timestamp / 1_000_000)") }
    text.append(text: ",\"key\":")
    append(record.keyBytes, to: &text)
    text.append(text: ",\"headers\":[")
    for (at, header) in record.headers(limit: maximumHeaders).enumerated() {
      text.append(text: at > 0 ? ",[" : "[")
      text.append(quoted: header.name)
      text.append(text: ",")
      append(header.value, to: &text)
      text.append(text: "]")
    }
    text.append(text: "]}\n")
    return text
  }

  /// A string where the bytes are UTF-8, else `{"hex":"..."}`.
  private static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    if let string = String(validating: bytes, as: UTF8.self) {
      text.append(quoted: string)
      return
    }
    let digits = Array("0123456789abcdef".utf8)
    text.append(text: "{\"hex\":\"")
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    text.append(text: "\"}")
  }
}

/// Dead letters as records of a topic: key, value and headers as they came, and four headers more.
final class DeadLetterTopic: DeadLetters {
  private let producer: LineProducer

  /// Makes the topic where it is missing.
  /// - Parameter largest: the largest record that may come, bytes.
  init(_ topic: String, largest: Int, _ options: SinkOptions) throws(FeedError) {
    // The further headers need room too.
    let limit = min(largest, 1_000_000_000 - FrameProducer.overhead) + FrameProducer.overhead
    do throws(TransportError) {
      if !options.isEmbedded {
        _ = try PreparedTopic.find(
          topic, options.kafka, create: TopicSettings(configuration: ["max.message.bytes": "\(limit)"]),
          options.log)
      }
      producer = try LineProducer(
        options.kafka, topic: topic, largestRecord: limit, log: kafkaLog(options.log))
      try producer.connect()
    } catch {
      throw .transport(error)
    }
  }

  func keep(_ record: borrowing Record, topic: String, reason: String) throws(FeedError) {
    do throws(TransportError) {
      try producer.send(
        copyOf: record,
        adding: [
          ("dead-letter-reason", reason), ("dead-letter-topic", topic),
          ("dead-letter-partition", "\(record.partition)"), ("dead-letter-offset", "\(record.offset)"),
        ])
      try producer.flush()
    } catch {
      throw .transport(error)
    }
  }

  func abandon() { producer.abandon() }
}
