import FrameCore

/// Why clients cannot connect to a broker at its advertised address.
public enum AdvertisedFault: Sendable, Equatable {
  /// The resolver's message.
  case unresolved(String)
  /// The system's message.
  case unreached(String)
  case otherServer(ForeignServer)
  case hangUp
  case silence

  var isOfConnecting: Bool {
    switch self {
    case .unresolved, .unreached: true
    default: false
    }
  }

  /// A text to follow the address.
  var message: String {
    switch self {
    case .unresolved(let reason):
      "which cannot be resolved from here (\(reason)): set its advertised.listeners, or give this machine the name (/etc/hosts)"
    case .unreached(let reason):
      "which cannot be reached from here (\(reason)): set its advertised.listeners to an address that clients reach, or open the network path to this one"
    case .otherServer(let server): "where \(server), not Kafka: set its advertised.listeners"
    case .hangUp:
      "which closes the connection of this client: set its advertised.listeners, or -X security.protocol as that port requires it"
    case .silence: "where no Kafka broker answers: set its advertised.listeners"
    }
  }
}

/// Checks whether brokers can be reached at their advertised addresses (`advertised.listeners`). A broker that answers
/// and then refers its clients to an unreachable address looks like one that does not answer at all.
enum AdvertisedAddresses {
  /// How long brokers have to return their addresses, ms.
  private static let answerTime: Int64 = 1500
  /// How long one of them has to accept a connection and to answer, ns.
  private static let connectionTime: Int64 = 1_500_000_000
  /// The most addresses that are tried.
  private static let most = 16

  /// Asks the brokers that the user named for their advertised addresses, with its own client, and tries those; if no
  /// broker answers, checks which other server does. Takes up to 4 s.
  /// - Returns: `nil` also when one of several can be reached: a cluster may have brokers that are down.
  static func trouble(_ settings: KafkaSettings) -> ConnectionTrouble? {
    let trouble = look(settings)
    // A broker that is being started or replaced accepts no connections for a moment.
    guard case .advertised(_, let fault) = trouble, fault.isOfConnecting else { return trouble }
    _ = StopSignal().sleep(until: FrameClock.monotonic() + 500_000_000)
    return look(settings)
  }

  private static func look(_ settings: KafkaSettings) -> ConnectionTrouble? {
    let usesTLS = settings.usesTLS
    let addresses = Array(NamedBrokers.advertisedAddresses(settings, milliseconds: answerTime).prefix(most))
    if addresses.isEmpty { return usesTLS ? nil : otherServer(settings) }
    let faults = faults(addresses, usesTLS: usesTLS)
    guard faults.count == addresses.count, let fault = faults[0] else { return nil }
    return .advertised("\(addresses[0])", fault)
  }

  private struct Attempts {
    var faults: [Int: AdvertisedFault] = [:]
    var isReached = false
  }

  /// Tries all at once, as a name server that does not answer takes long to fail.
  /// - Returns: the faults by index; empty if one address can be reached.
  private static func faults(_ addresses: [Cluster.Address], usesTLS: Bool) -> [Int: AdvertisedFault] {
    let attempts = Monitor(Attempts())
    let deadline = FrameClock.monotonic() + connectionTime
    for (at, address) in addresses.enumerated() {
      _ = PipelineThread("kafka-reach") {
        let fault = fault(address, usesTLS: usesTLS)
        attempts.withLock {
          if let fault { $0.faults[at] = fault } else { $0.isReached = true }
        }
        attempts.wakeAll()
      }
    }
    return attempts.withLock(
      waitingUntil: { $0.isReached || $0.faults.count == addresses.count }, deadline: deadline + 200_000_000
    ) { attempts in
      if attempts.isReached { return [:] }
      return addresses.indices.reduce(into: [:]) {
        $0[$1] = attempts.faults[$1] ?? .unresolved("no name server answers")
      }
    }
  }
}

extension AdvertisedAddresses {
  /// Returns why a client cannot connect to an address.
  private static func fault(_ address: Cluster.Address, usesTLS: Bool) -> AdvertisedFault? {
    do throws(WireConnection.Failure) {
      let connection = try WireConnection(
        host: address.host, port: address.port, milliseconds: connectionTime / 1_000_000)
      if usesTLS { return nil }
      return switch connection.greet() {
      case .kafka: nil
      case .other(let server): .otherServer(server)
      case .hangUp: .hangUp
      case .silence: .silence
      }
    } catch {
      return error.isOfName ? .unresolved(error.detail) : .unreached(error.detail)
    }
  }

  /// Returns which other server listens at the addresses that the user gave; `nil` if one may be Kafka.
  private static func otherServer(_ settings: KafkaSettings) -> ConnectionTrouble? {
    var found: ConnectionTrouble?
    for server in settings.brokers.split(separator: ",").map(String.init) {
      guard let colon = server.lastIndex(of: ":"), let port = Int32(server[server.index(after: colon)...]),
        let connection = try? WireConnection(
          host: server[..<colon].filter { !"[] ".contains($0) }, port: port,
          milliseconds: connectionTime / 1_000_000),
        case .other(let other) = connection.greet(), other != .tls
      else { return nil }
      found = found ?? .otherServer(other, at: server)
    }
    return found
  }
}

/// Runs ``AdvertisedAddresses/trouble(_:)`` on its own thread.
final class AdvertisedInquiry: Sendable {
  private let answer = Lock<ConnectionTrouble??>(nil)

  init(_ settings: KafkaSettings) {
    _ = PipelineThread("kafka-advertised") { [self] in
      let trouble = AdvertisedAddresses.trouble(settings)
      answer.withLock { $0 = .some(trouble) }
    }
  }

  /// The result; `nil` while it is unknown, `nil` inside if nothing is wrong.
  var outcome: ConnectionTrouble?? { answer.withLock { $0 } }
}
