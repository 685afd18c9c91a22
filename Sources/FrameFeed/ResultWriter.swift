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

/// Results as JSON lines in a file; `-` is standard output.
final class ResultFile: ResultWriter, @unchecked Sendable {
  // Sound: used by the inference thread alone.
  private let path: String
  private var file: UnsafeMutablePointer<FILE>?
  private var line: [UInt8] = []

  init(_ path: String) throws(FeedError) {
    self.path = path
    file = path == "-" ? fdopen(dup(1), "w") : fopen(path, "w")
    guard file != nil else { throw .output(file: path, reason: String(cString: strerror(errno))) }
  }

  deinit {
    if let file { fclose(file) }
  }

  func write(_ row: ResultRow) throws(FeedError) {
    line.removeAll(keepingCapacity: true)
    row.write(to: &line)
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

  private func failure() -> FeedError { .output(file: path, reason: String(cString: strerror(errno))) }
}

/// Results as records of a topic, keyed by feed.
final class ResultTopic: ResultWriter, @unchecked Sendable {
  // Sound: used by the inference thread alone, but for `abandon`, which any thread may call.
  private let producer: LineProducer
  private var line: [UInt8] = []

  init(_ topic: String, _ kafka: KafkaSettings, log: KafkaLog?) throws(FeedError) {
    do throws(TransportError) {
      producer = try LineProducer(kafka, topic: topic, log: log)
      try producer.connect()
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
