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

/// Saves the model's answers. For one thread.
protocol ResultWriter: AnyObject, Sendable {
  func write(_ row: ResultRow) throws(FeedError)
  /// Returns once everything written is saved.
  func flush() throws(FeedError)
  func close() throws(FeedError)
  /// Ends a flush that waits for a broker, from any thread: it throws.
  func abandon()
}

/// Results as JSON lines at the end of a file; `-` is standard output.
///
/// Appended, as offsets are committed for what is in the file: a sink that is started again goes on after it.
final class ResultFile: ResultWriter, @unchecked Sendable {
  // Sound: used by the inference thread alone.
  private let path: String
  private var file: UnsafeMutablePointer<FILE>?
  private var line: [UInt8] = []

  init(_ path: String) throws(FeedError) {
    self.path = path
    file = path == "-" ? fdopen(dup(1), "w") : fopen(path, "a")
    guard file != nil else { throw .output(file: path, reason: String(cString: strerror(errno))) }
    if path != "-", Self.isCut(path) { line = [UInt8(ascii: "\n")] }
  }

  deinit {
    if let file { fclose(file) }
  }

  /// Whether the last line has no end: a sink was killed in the middle of it.
  private static func isCut(_ path: String) -> Bool {
    guard let file = fopen(path, "r") else { return false }
    defer { fclose(file) }
    guard fseek(file, -1, SEEK_END) == 0 else { return false }
    return fgetc(file) != Int32(UInt8(ascii: "\n"))
  }

  func write(_ row: ResultRow) throws(FeedError) {
    row.write(to: &line)
    defer { line.removeAll(keepingCapacity: true) }
    guard let file, fwrite(line, 1, line.count, file) == line.count else { throw failure() }
  }

  func flush() throws(FeedError) {
    guard let file, fflush(file) == 0 else { throw failure() }
  }

  func close() throws(FeedError) {
    try flush()
    guard let file else { return }
    self.file = nil
    guard fclose(file) == 0 else { throw failure() }
  }

  func abandon() {}

  private func failure() -> FeedError {
    errno == EPIPE && path == "-"
      ? .readerGone : .output(file: path, reason: String(cString: strerror(errno)))
  }
}

/// Results as records of a topic, keyed by feed.
final class ResultTopic: ResultWriter, @unchecked Sendable {
  // Sound: used by the inference thread alone, but for `abandon`, which any thread may call.
  private let producer: LineProducer
  private var line: [UInt8] = []

  /// Makes the topic where it is missing; one that is there may take smaller records than answers are, which its
  /// broker then says of the first.
  /// - Parameter stop: ends the wait for a broker.
  init(
    _ topic: String, _ kafka: KafkaSettings, log: KafkaLog?, stop: StopSignal? = nil
  ) throws(FeedError) {
    do throws(TransportError) {
      let admin = try TopicAdmin(kafka, log: log)
      if try admin.cluster().topics[topic] == nil {
        do throws(TransportError) {
          try admin.create(topic, TopicSettings())
        } catch {
          // Another sink was faster.
          guard case .topicExists = error else { throw error }
        }
      }
      // Its topic is what refuses a record: compressed, a large one may fit.
      producer = try LineProducer(
        kafka, topic: topic, largestRecord: SettingsPreset.largestRecord, log: log)
      try producer.connect { stop?.isRequested ?? false }
    } catch {
      throw .transport(error)
    }
  }

  func write(_ row: ResultRow) throws(FeedError) {
    line.removeAll(keepingCapacity: true)
    row.write(to: &line)
    line.removeLast()  // a record needs no line end
    do throws(TransportError) {
      try producer.send(line, key: row.identity.feed)
    } catch {
      throw .transport(error)
    }
  }

  func flush() throws(FeedError) {
    do throws(TransportError) { try producer.flush() } catch { throw .transport(error) }
  }

  func close() throws(FeedError) { try flush() }

  func abandon() { producer.abandon() }
}
