/// Why nothing makes progress, as far as the brokers' metadata and librdkafka's last messages show, and what to do.
///
/// librdkafka waits silently for causes that pass by themselves (a leader that is replaced, too few replicas in sync).
public struct Standstill: Sendable, Equatable {
  public enum Cause: Sendable, Equatable {
    /// No broker answers; librdkafka's message.
    case unreachable(String)
    case connection(ConnectionTrouble)
    case topicGone
    case denied(Denial)
    /// These partitions have no leader.
    case leaderless([Int32])
    /// Too few replicas of a partition are in sync; `needed` is the minimum, if known.
    case tooFewInSync(partition: Int32, inSync: Int, replicas: Int, needed: Int?)
    /// A record is larger than the largest response that the client accepts, bytes.
    case aboveReceiveLimit(bytes: Int, limit: Int)
    /// A broker refuses; its message.
    case refused(String)
    /// A broker throttles the client, by this many ms the last time.
    case throttled(broker: String, milliseconds: Int)
    /// No cause is found, and these leaders do not answer; `copying` are the replicas that must copy a record before it
    /// is acknowledged.
    case silent(leaders: [Int32], copying: [Int32], message: String?)
  }

  public enum Side: Sendable, Equatable {
    case sending
    case reading(group: String)
  }

  public let cause: Cause
  let side: Side
  let topic: String
  let brokers: NamedBroker

  /// A key that is constant while the cause lasts: librdkafka's messages differ from one attempt to the next.
  public var key: String {
    switch cause {
    case .unreachable: "unreachable"
    case .topicGone: Self.keyOfMissing
    case .silent(let leaders, _, _): "silent \(leaders)"
    case .throttled(let broker, _): "throttled \(broker)"
    default: description
    }
  }

  static let keyOfMissing = "topic gone"

  /// How long to wait for this to pass, ns: a topic may be recreated, and a broker get another certificate. `nil` for
  /// causes that end when brokers are back, for which the wait is unlimited.
  var timeout: Int64? {
    switch cause {
    case .denied: 0
    case .topicGone, .aboveReceiveLimit: 30_000_000_000
    case .connection(let trouble): trouble.mayPass ? nil : 30_000_000_000
    case .unreachable, .leaderless, .tooFewInSync, .refused, .silent, .throttled: nil
    }
  }
}

extension Standstill: CustomStringConvertible {
  public var description: String {
    switch cause {
    case .unreachable(let message):
      "no Kafka broker answers at \(brokers) (\(message)); start it or repair the network path to it"
    case .connection(let trouble):
      (trouble.isOfBroker ? "the broker at \(brokers): " : "") + "\(trouble)"
    case .topicGone:
      "topic \(topic) does not exist any more: it was deleted, or this user may no longer see it (Describe); "
        + "recreate it: framefeed topic create \(topic) \(brokers.arguments)"
    case .denied(let denial): "\(denial)"
    case .leaderless(let partitions):
      partitions.count == 1
        ? "partition \(partitions[0]) of \(topic) has no leader: start its broker at \(brokers)"
        : "partitions \(partitions.map(String.init).joined(separator: ", ")) of \(topic) have no leader: start their brokers at \(brokers)"
    case .tooFewInSync(let partition, let inSync, let replicas, let needed):
      "partition \(partition) of \(topic) has \(inSync) of \(replicas) replicas in sync, "
        + (needed.map { "and min.insync.replicas is \($0)" }
          ?? "which may be less than its min.insync.replicas")
        + ": start the brokers that are missing at \(brokers), or require fewer: framefeed topic create \(topic) "
        + "--update --config min.insync.replicas=\(inSync) \(brokers.arguments)"
    case .aboveReceiveLimit(let bytes, let limit):
      "a broker's answer of \(bytes) bytes is above this client's limit of \(limit): -X receive.message.max.bytes=\(Self.roomy(bytes))"
    case .refused(let message): "the brokers at \(brokers): \(message)"
    case .silent(let leaders, let copying, let message):
      Self.silence(leaders, copying, message ?? "librdkafka reports no error", side, topic, brokers)
    case .throttled(let broker, let milliseconds): Throttling.message(broker, milliseconds)
    }
  }

  private static func silence(
    _ leaders: [Int32], _ copying: [Int32], _ message: String, _ side: Side, _ topic: String,
    _ brokers: NamedBroker
  ) -> String {
    func names(_ numbers: [Int32]) -> String { numbers.map(String.init).joined(separator: ", ") }
    let does = side == .sending ? "acknowledges" : "sends"
    let who =
      leaders.count == 1
      ? "broker \(leaders[0]), which leads \(topic) at \(brokers), \(does) nothing"
      : "none of the brokers that lead \(topic) at \(brokers) (\(names(leaders))) \(does) anything"
    let others = copying.isEmpty ? "" : ", the followers (\(names(copying)))"
    return
      "\(who) (\(message)); check \(leaders.count == 1 ? "it" : "them")\(others), and the network path there"
  }

  /// Returns the next multiple of 10 MB, and 10 MB more.
  private static func roomy(_ bytes: Int) -> Int { (bytes / 10_000_000 + 2) * 10_000_000 }
}

extension Standstill {
  /// The state of the waiting client.
  struct Waiting {
    /// The partitions that its records go to or come from; `nil` for all.
    var own: Set<Int32>?
    /// The largest response that it accepts, bytes; `nil` for a sender.
    var receiveLimit: Int?
    /// Its last error, librdkafka's message.
    var last: String?
    var trouble: ConnectionTrouble?
    /// How a broker throttles it now.
    var throttling: Throttling?

    /// - Parameter answer: the brokers' answer.
    func cause(_ answer: StandstillInquiry.Answer, _ side: Side) -> Cause {
      switch answer {
      case .there(let partitions, let minimumInSync): ofPartitions(partitions, minimumInSync, side)
      case .missing: .topicGone
      case .denied(let denial): .denied(denial)
      case .failed(.connection(_, let trouble)): .connection(trouble)
      case .failed(.unreachable(_, let reason)): .unreachable(reason)
      case .failed(let error): .refused("\(error)")
      }
    }

    private func ofPartitions(_ all: [TopicPartition], _ minimumInSync: Int?, _ side: Side) -> Cause {
      let own = all.filter { self.own?.contains($0.number) ?? true }
      let leaderless = own.filter { $0.leader == nil }.map(\.number)
      if !leaderless.isEmpty { return .leaderless(leaderless) }
      // Replicas that are not in sync delay only a sender.
      if side == .sending,
        let behind = own.first(where: {
          $0.inSync.count < $0.replicas.count && $0.inSync.count < minimumInSync ?? .max
        })
      {
        return .tooFewInSync(
          partition: behind.number, inSync: behind.inSync.count, replicas: behind.replicas.count,
          needed: minimumInSync)
      }
      if let last, ForeignServer(last) == nil, let size = ForeignServer.refusedSize(last),
        let limit = receiveLimit, size > limit
      {
        return .aboveReceiveLimit(bytes: Int(size), limit: limit)
      }
      if let throttling {
        return .throttled(broker: throttling.broker, milliseconds: throttling.milliseconds)
      }
      if let trouble { return .connection(trouble) }
      let leaders = Set(own.compactMap(\.leader))
      let copying = side == .sending ? Set(own.flatMap(\.inSync)).subtracting(leaders) : []
      return .silent(leaders: leaders.sorted(), copying: copying.sorted(), message: last)
    }
  }
}
