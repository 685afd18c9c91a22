import FrameCore
import KafkaTransport
import LogLines
import Glibc

/// A store of rejected records, unchanged, with the reason and their position. Thread-safe.
protocol DeadLetters: AnyObject, Sendable {
  /// Saves a record, and returns when the operating system or the brokers have it. The operating system may write it to
  /// the disk later.
  /// - Returns: false when the quota is used up.
  func keep(_ record: borrowing Record, topic: String, reason: String) throws(FeedError) -> Bool
  /// The message to log when the quota is used up.
  var quota: String { get }
  /// Aborts a wait for a broker: `keep` throws.
  func abandon()
}

/// Dead letters as files: `TOPIC-PARTITION-OFFSET.value` contains the record's value, `.json` beside it the rest.
///
/// The `.json` is written last: if it exists, the record is complete, except after a crash of the machine, as nothing
/// is synced. When its ``LetterQuota`` is used up, no more are kept.
final class DeadLetterDirectory: DeadLetters {
  private let path: String
  private let left: Lock<LetterQuota>
  let quota: String

  /// Creates the directory if it is missing.
  init(_ path: String, quota: LetterQuota = .standard) throws(FeedError) {
    self.path = path
    left = Lock(quota)
    self.quota =
      "\(path) has as many dead letters as one sink may write, \(quota.letters) or \(quota.bytes / 1_000_000) MB: further records are rejected without one; find out who sends them, move the letters away and start the sink again, or keep them in a topic: --dead-letter kafka:TOPIC"
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw .output(file: path, reason: String(cString: strerror(errno)))
    }
    var info = stat()
    guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
      throw .output(file: path, reason: "is not a directory; name one for --dead-letter")
    }
    guard access(path, W_OK) == 0 else {
      throw .output(file: path, reason: String(cString: strerror(errno)))
    }
  }

  func keep(_ record: borrowing Record, topic: String, reason: String) throws(FeedError) -> Bool {
    let letter = JSONLetter.text(record, topic: topic, reason: reason)
    let bytes = record.payload.byteCount + letter.count
    guard left.withLock({ $0.reserve(bytes) }) else { return false }
    let name = "\(path)/\(topic)-\(record.partition)-\(record.offset)"
    try write("\(name).value") { file in
      record.payload.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) == $0.count }
    }
    try write("\(name).json") { file in fwrite(letter, 1, letter.count, file) == letter.count }
    return true
  }

  func abandon() {}

  private func write(_ path: String, _ body: (UnsafeMutablePointer<FILE>) -> Bool) throws(FeedError) {
    guard let file = fopen(path, "w") else {
      throw .output(file: path, reason: String(cString: strerror(errno)))
    }
    // A full disk may only be reported when the buffer is flushed.
    errno = 0
    let written = body(file) && fflush(file) == 0
    let reason = String(cString: strerror(errno))
    guard fclose(file) == 0, written else { throw .output(file: path, reason: reason) }
  }
}

/// The JSON of a dead letter: null in the record is null here.
private enum JSONLetter {
  static func text(_ record: borrowing Record, topic: String, reason: String) -> [UInt8] {
    var text: [UInt8] = []
    text.append(text: "{\"topic\":")
    text.append(quoted: topic)
    text.append(text: ",\"partition\":\(record.partition),\"offset\":\(record.offset),\"reason\":")
    text.append(quoted: reason)
    if let timestamp = record.timestampMilliseconds { text.append(text: ",\"timestampMs\":\(timestamp)") }
    // A value that is not null is in the `.value` file.
    if record.isTombstone { text.append(text: ",\"value\":null") }
    text.append(text: ",\"key\":")
    append(record.keyBytes, to: &text)
    text.append(text: ",\"headers\":[")
    for (at, header) in record.headers.enumerated() {
      text.append(text: at > 0 ? ",[" : "[")
      append(header.name, to: &text)
      text.append(text: ",")
      append(header.value, to: &text)
      text.append(text: "]")
    }
    text.append(text: "]}\n")
    return text
  }

  /// Appends a string if the bytes are UTF-8, else `{"hex":"..."}`.
  private static func append(_ bytes: [UInt8]?, to text: inout [UInt8]) {
    guard let bytes else {
      text.append(text: "null")
      return
    }
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

/// Dead letters as records of a topic: unchanged, with four additional headers.
final class DeadLetterTopic: DeadLetters {
  private let producer: CopyingProducer

  /// Creates the topic if it is missing. It gets the retention time and timestamp limits of the topic that is read, if
  /// that topic sets them itself: a letter has its record's timestamp.
  /// - Parameters:
  ///   - largest: the largest possible record, bytes.
  ///   - stop: ends the wait for a broker.
  init(
    _ topic: String, largest: Int, _ options: SinkOptions, stop: StopSignal? = nil
  ) throws(FeedError) {
    // The additional headers need room.
    let limit = min(largest, SettingsPreset.largestRecord - FrameProducer.overhead) + FrameProducer.overhead
    do throws(TransportError) {
      if !options.isEmbedded {
        var settings = TopicSettings(configuration: ["max.message.bytes": "\(limit)"])
        let admin = try TopicAdmin(options.kafka, log: kafkaLog(options.log))
        let read = try? admin.describe(options.topic)?.configuration
        for (key, setting) in read ?? [:] where setting.isOwn && Self.isOfTime(key) {
          settings.configuration[key] = setting.value
        }
        let letters = try PreparedTopic.find(topic, options.kafka, create: settings, options.log)
        if let most = letters.limit, most < limit {
          options.log.warning(
            "dead-letter topic \(topic) accepts records of \(most) bytes, \(options.topic) may have larger ones, which would stop this sink; raise it: framefeed topic create \(topic) --update --config max.message.bytes=\(limit) \(options.kafka.broker.arguments)"
          )
        }
      }
      // The topic decides whether a record is too large: compressed, a large one may fit.
      producer = try CopyingProducer(
        options.kafka, topic: topic, largestRecord: SettingsPreset.largestRecord, log: kafkaLog(options.log))
      try producer.connect { stop?.isRequested ?? false }
    } catch {
      throw .transport(error)
    }
  }

  private static func isOfTime(_ key: String) -> Bool {
    key == "retention.ms" || (key.hasPrefix("message.timestamp.") && key.hasSuffix(".max.ms"))
  }

  /// A topic is limited by its retention instead.
  let quota = ""

  func keep(_ record: borrowing Record, topic: String, reason: String) throws(FeedError) -> Bool {
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
    return true
  }

  func abandon() { producer.abandon() }
}
