import FrameCore

/// Asks the brokers about a topic in which nothing moves, on a thread of its own, as answers may take long.
///
/// Brokers answer the requests of one connection in their order, so that a question by a client that waits may wait behind
/// what it waits for: then a client of its own asks.
final class StandstillInquiry: Sendable {
  /// What brokers said.
  enum Answer: Sendable, Equatable {
    /// With min.insync.replicas, where that was asked for and told.
    case there([TopicPartition], minimumInSync: Int?)
    case missing
    case denied(Denial)
    /// None answered.
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

  /// How long an answer may take, ms; and that of a client that reads, behind the longest fetch.
  private static let patience = 3000
  private static let ownPatience: Int32 = 1000

  /// - Parameters:
  ///   - client: asked first, where it is one that does not create what it asks for.
  ///   - waiting: the client that waits. It looks for a new leader only once the old one is known to be gone, which may
  ///     take a minute: it is made to look, where brokers answer others.
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

  /// Asks, unless an answer is awaited already.
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

  /// The answer, once.
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
      let found = try admin.look(for: topic, milliseconds: Self.patience)
      guard case .there(let partitions) = found, side == .sending,
        partitions.contains(where: { $0.inSync.count < $0.replicas.count })
      else { return answer(found) }
      // Needs a right of its own.
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
      // Who answers may send its clients elsewhere.
      if let trouble = AdvertisedAddresses.trouble(settings) {
        return .failed(.connection(broker: settings.brokers, trouble: trouble))
      }
      return .there(partitions, minimumInSync: nil)
    case .missing: return .missing
    case .denied(let denial): return .denied(denial)
    }
  }
}
