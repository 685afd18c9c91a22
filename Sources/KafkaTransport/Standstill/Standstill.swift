/// Why nothing moves, as far as the brokers' metadata and librdkafka's last words tell, and what to do.
///
/// What passes by itself (a leader that is replaced, too few replicas in sync) librdkafka waits for without a word.
public struct Standstill: Sendable, Equatable {
  public enum Cause: Sendable, Equatable {
    /// In librdkafka's words.
    case unreachable(String)
    case connection(ConnectionTrouble)
    case topicGone
    case denied(Denial)
    /// These partitions have none.
    case leaderless([Int32])
    /// A partition and how many of its replicas have all its records; how many must, where that is known.
    case tooFewInSync(partition: Int32, inSync: Int, replicas: Int, needed: Int?)
    /// A broker's record is larger than what the client takes in one answer, bytes.
    case aboveReceiveLimit(bytes: Int, limit: Int)
    /// In a broker's words.
    case refused(String)
    /// A broker holds the client back, by so many ms the last time.
    case throttled(broker: String, milliseconds: Int)
    /// All seems well, and these brokers say nothing; with those that copy what they have before they acknowledge it.
    case silent(leaders: [Int32], copying: [Int32], words: String?)
  }

  public enum Side: Sendable, Equatable {
    case sending
    case reading(group: String)
  }

  public let cause: Cause
  let side: Side
  let topic: String
  let brokers: NamedBroker

  /// What is the same as long as the cause is: librdkafka's words differ from one try to the next.
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

  /// How long this is waited for, ns: a topic may be made anew, and a broker get another certificate. `nil` for what
  /// passes when brokers are back, which is waited for without end.
  var patience: Int64? {
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
    case .unreachable(let words):
      "no Kafka broker answers at \(brokers) (\(words)); start it or mend the way to it"
    case .connection(let trouble):
      (trouble.isOfBroker ? "the broker at \(brokers): " : "") + "\(trouble)"
    case .topicGone:
      "topic \(topic) is gone: it was deleted, or this user may no longer see it (Describe); "
        + "make it anew: framefeed topic create \(topic) \(brokers.arguments)"
    case .denied(let denial): "\(denial)"
    case .leaderless(let partitions):
      partitions.count == 1
        ? "partition \(partitions[0]) of \(topic) has no leader: start its broker at \(brokers)"
        : "partitions \(partitions.map(String.init).joined(separator: ", ")) of \(topic) have no leader: start their brokers at \(brokers)"
    case .tooFewInSync(let partition, let inSync, let replicas, let needed):
      "partition \(partition) of \(topic) has \(inSync) of \(replicas) replicas in sync, "
        + (needed.map { "and min.insync.replicas is \($0)" }
          ?? "which may be less than its min.insync.replicas")
        + ": start the brokers that are missing at \(brokers), or let fewer do: framefeed topic create \(topic) "
        + "--update --config min.insync.replicas=\(inSync) \(brokers.arguments)"
    case .aboveReceiveLimit(let bytes, let limit):
      "a broker's answer of \(bytes) bytes is above what this client takes, \(limit): -X receive.message.max.bytes=\(Self.roomy(bytes))"
    case .refused(let words): "the brokers at \(brokers): \(words)"
    case .silent(let leaders, let copying, let words):
      Self.silence(leaders, copying, words ?? "librdkafka names no error", side, topic, brokers)
    case .throttled(let broker, let milliseconds): Throttling.words(broker, milliseconds)
    }
  }

  private static func silence(
    _ leaders: [Int32], _ copying: [Int32], _ words: String, _ side: Side, _ topic: String,
    _ brokers: NamedBroker
  ) -> String {
    func names(_ numbers: [Int32]) -> String { numbers.map(String.init).joined(separator: ", ") }
    let does = side == .sending ? "acknowledges" : "sends"
    let who =
      leaders.count == 1
      ? "broker \(leaders[0]), which leads \(topic) at \(brokers), \(does) nothing"
      : "none of the brokers that lead \(topic) at \(brokers) (\(names(leaders))) \(does) anything"
    let others = copying.isEmpty ? "" : ", at those that copy from it (\(names(copying)))"
    return "\(who) (\(words)); look at \(leaders.count == 1 ? "it" : "them")\(others), and at the way there"
  }

  /// The next whole 10 MB, with as much again.
  private static func roomy(_ bytes: Int) -> Int { (bytes / 10_000_000 + 2) * 10_000_000 }
}

extension Standstill {
  /// What is known of the client that waits.
  struct Waiting {
    /// Partitions that its records go to or come from; `nil` for all.
    var own: Set<Int32>?
    /// What it takes in one answer at most, bytes; `nil` for a sender.
    var receiveLimit: Int?
    /// Its last error in librdkafka's words.
    var last: String?
    var trouble: ConnectionTrouble?
    /// How a broker holds it back now.
    var throttling: Throttling?

    /// - Parameter answer: of the brokers.
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
      // Replicas that are not in sync hold up only who sends.
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
      return .silent(leaders: leaders.sorted(), copying: copying.sorted(), words: last)
    }
  }
}
