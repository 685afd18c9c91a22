import FrameCore

/// Asks the brokers about a topic in which nothing makes progress, on its own thread, as answers may take long.
///
/// Brokers answer the requests of one connection in their order, so a waiting client's question may be queued behind
/// the request that it waits for: then another client asks.
final class StandstillInquiry: Sendable {
  /// The brokers' answer.
  enum Answer: Sendable, Equatable {
    /// The topic exists; with min.insync.replicas, if that was requested and returned.
    case there([TopicPartition], minimumInSync: Int?)
    case missing
    case denied(Denial)
    /// No broker answered.
    case failed(TransportError)
  }

  private struct State {
    var isAsking = false
    var answer: Answer?
  }

  private let settings: KafkaSettings
  private let topic: String
  private let side: Standstill.Side
  private let client: KafkaClient?
  private let waiting: @Sendable () -> KafkaClient
  private let state = Lock(State())

  /// How long an answer may take, ms; the second for a consumer's own client, after its longest fetch.
  private static let timeout = 3000
  private static let ownPatience: Int32 = 1000

  /// - Parameters:
  ///   - client: asked first, if it does not create the topic by asking.
  ///   - waiting: returns the client that waits. It looks for a new leader only when it knows that the old one is gone,
  ///     which may take a minute: it is made to look if brokers answer others.
  init(
    _ settings: KafkaSettings, topic: String, _ side: Standstill.Side, by client: KafkaClient? = nil,
    for waiting: @escaping @Sendable () -> KafkaClient
  ) {
    self.client = client
    self.waiting = waiting
    self.settings = settings
    self.topic = topic
    self.side = side
  }

  /// Sends the question, unless an answer is pending.
  func begin() {
    let isNew = state.withLock { state in
      defer { state.isAsking = true }
      return !state.isAsking
    }
    guard isNew else { return }
    _ = PipelineThread("kafka-inquiry") { [self] in
      let answer = answer()
      state.withLock { $0.answer = answer }
      if case .there = answer { _ = try? waiting().look(for: topic, milliseconds: Self.ownPatience) }
      state.withLock { $0.isAsking = false }
    }
  }

  /// Returns and removes the answer.
  func take() -> Answer? {
    state.withLock { state in
      defer { state.answer = nil }
      return state.answer
    }
  }

  private func answer() -> Answer {
    if let found = try? client?.look(for: topic, milliseconds: Self.ownPatience) { return answer(found) }
    do throws(TransportError) {
      let admin = try TopicAdmin(settings)
      let found = try admin.look(for: topic, milliseconds: Self.timeout)
      guard case .there(let partitions) = found, side == .sending,
        partitions.contains(where: { $0.inSync.count < $0.replicas.count })
      else { return answer(found) }
      // Needs another right.
      let minimum = (try? admin.describe(topic))?.configuration["min.insync.replicas"].flatMap {
        Int($0.value)
      }
      return .there(partitions, minimumInSync: minimum)
    } catch {
      return .failed(error)
    }
  }

  private func answer(_ found: TopicLookup) -> Answer {
    switch found {
    case .there(let partitions):
      // A broker that answers may advertise unreachable addresses.
      if let trouble = AdvertisedAddresses.trouble(settings) {
        return .failed(.connection(broker: settings.brokers, trouble: trouble))
      }
      return .there(partitions, minimumInSync: nil)
    case .missing: return .missing
    case .denied(let denial): return .denied(denial)
    }
  }
}
