import CRDKafka
import FrameCore
import Synchronization
import Glibc

/// Sends copies of records (a model's results, dead letters) and reports when the broker has them all. May be used from
/// any thread; ``flush()`` is for the records sent before it.
public final class CopyingProducer: Sendable {
  /// The most records under way; each is kept until the broker has it.
  private static let inFlightRecords = 256

  private let settings: KafkaSettings
  private let name: String
  private let largestRecord: Int
  private let sender: RenewableSender
  private let thread: ServingThread
  private let refused: Refusals
  private let abandoned = Atomic(false)

  private final class Refusals: Sendable {
    let records = Lock(RefusedRecords())
  }

  /// - Parameter largestRecord: the largest record that may be sent, bytes.
  public init(
    _ settings: KafkaSettings, topic: String, largestRecord: Int = 1_000_000, log: KafkaLog? = nil
  ) throws(TransportError) {
    self.settings = settings
    self.largestRecord = largestRecord
    name = topic
    let refused = Refusals()
    self.refused = refused
    sender = try RenewableSender(
      settings,
      RenewableSender.Options(
        topic: topic, largestRecord: largestRecord, inFlightRecords: Self.inFlightRecords,
        inFlightBytes: FrameProducer.defaultInFlightBytes, queueBytes: 1 << 20), log: log
    ) { record, error, _ in
      guard let error, case .copy(let copy) = record.content else { return }
      refused.records.withLock { $0.add(.init(error: error, bytes: copy.bytes), of: copy.sender) }
    }
    thread = ServingThread(sender)
  }

  deinit { thread.end() }

  /// Connects, so that the first record does not wait for it, and checks that the topic exists.
  /// - Parameter isStopped: called about once a second; `true` ends the wait.
  /// - Throws: ``TransportError/topicMissing(_:broker:)``, ``TransportError/stopped``, or why no broker answers.
  public func connect(
    milliseconds: Int = 30_000, isStopped: () -> Bool = { false }
  ) throws(TransportError) {
    try sender.current.topic.connect(milliseconds: Int32(milliseconds), isStopped: isStopped)
  }

  /// Copies a text into the client's queue.
  public func send(_ text: [UInt8], key: String) throws(TransportError) {
    try send(CopiedRecord(value: text, key: Array(key.utf8), sender: Self.threadNumber))
  }

  /// Copies a record into the client's queue, byte for byte, with further headers: null stays null, and the timestamp
  /// stays (librdkafka treats 0, the first millisecond of 1970, as no timestamp).
  public func send(
    copyOf record: borrowing Record, adding headers: [(name: String, value: String)]
  ) throws(TransportError) {
    try send(
      CopiedRecord(
        value: record.valueBytes, key: record.keyBytes,
        headers: RecordHeaders(of: record, adding: headers), timestamp: record.timestampMilliseconds,
        sender: Self.threadNumber))
  }

  private func send(_ copy: CopiedRecord) throws(TransportError) {
    if let room = settings.number("queue.buffering.max.kbytes").map({ $0 * 1024 }),
      copy.value?.count ?? 0 > room
    {
      throw .tooLargeForClient(bytes: copy.bytes, limit: room, setting: "queue.buffering.max.kbytes")
    }
    do throws(TransportError) {
      try sender.send(OutgoingRecord(.copy(copy), of: nil, bytes: copy.bytes), nil)
    } catch {
      guard case .kafka(_, .messageTooLarge, _) = error else { throw error }
      let limit = settings.number("message.max.bytes") ?? largestRecord
      throw .tooLargeForClient(bytes: copy.bytes + FrameProducer.overhead, limit: limit)
    }
  }

  /// Discards the results of the records so far: for records whose loss does no harm.
  public func discardResults() { refused.records.withLock { $0.forgetAll() } }

  /// Waits until the broker has every record sent before, as long as librdkafka tries (`message.timeout.ms`) or until
  /// ``abandon()``.
  /// - Throws: why a record was not delivered: one of this thread's, or one of another thread's that was not reported
  ///   yet.
  public func flush() throws(TransportError) {
    sender.flush()
    guard !abandoned.load(ordering: .acquiring) else {
      throw sender.current.client.failure("sending to \(name)", .timedOut)
    }
    if let refusal = refused.records.withLock({ $0.take(of: Self.threadNumber) }) { throw remedied(refusal) }
  }

  /// Returns the error of a refused record, with what to do about it.
  private func remedied(_ refusal: RefusedRecords.Refusal) -> TransportError {
    // Not every broker returns its topics' settings.
    refusal.error.remedied(
      topic: name, bytes: refusal.bytes, limit: try? TopicAdmin(settings).describe(name)?.maximumRecord,
      sender.current.client.brokers)
  }

  /// Ends a flush that waits for a broker, from any thread: it throws, and nothing more is sent.
  public func abandon() {
    abandoned.store(true, ordering: .releasing)
    sender.abandon()
  }

  /// The number of the current thread.
  private static var threadNumber: UInt { withUnsafeBytes(of: pthread_self()) { $0.load(as: UInt.self) } }
}
