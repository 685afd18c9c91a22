import FrameCore
import KafkaTransport

/// Results as records of a topic, keyed by feed.
final class ResultTopic: ResultWriter, @unchecked Sendable {
  // Sound: used by one thread at a time, see ``ModelAnswers``, except `abandon`, which any thread may call.
  private let producer: CopyingProducer
  private var line: [UInt8] = []

  /// Creates the topic if it is missing. An existing topic may limit records to less than an answer's size: then the
  /// broker rejects the first one.
  /// - Parameter stop: ends the wait for a broker.
  init(
    _ topic: String, _ kafka: KafkaSettings, log: KafkaLog?, stop: StopSignal? = nil
  ) throws(FeedError) {
    do throws(TransportError) {
      let admin = try TopicAdmin(kafka, log: log)
      switch try admin.look(for: topic) {
      case .there: break
      case .denied(let denial): throw .denied(denial)
      case .missing:
        do throws(TransportError) {
          try admin.create(topic, TopicSettings())
        } catch {
          // Another sink created it first.
          guard case .topicExists = error else { throw error }
        }
      }
      // The topic decides whether a record is too large: compressed, a large one may fit.
      producer = try CopyingProducer(
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
