import FrameCore
import KafkaTransport

/// Results as records of a topic, keyed by feed.
final class ResultTopic: ResultWriter, @unchecked Sendable {
  // Sound: used by one thread at a time, see ``ModelAnswers``, but for `abandon`, which any thread may call.
  private let producer: CopyingProducer
  private var line: [UInt8] = []

  /// Makes the topic where it is missing; one that is there may take smaller records than answers are, which its
  /// broker then says of the first.
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
          // Another sink was faster.
          guard case .topicExists = error else { throw error }
        }
      }
      // Its topic is what refuses a record: compressed, a large one may fit.
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
