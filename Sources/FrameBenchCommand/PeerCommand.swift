public import CommandArguments
import FrameFeedCommand
public import FrameBench
import KafkaTransport

/// `framefeed peer`: the programs that `compare` starts; not for users.
enum PeerCommand {
  static let node = CommandNode(
    CommandText("peer", "A sender or receiver that compare measures.", isHidden: true),
    [
      CommandNode(KafkaPeerCommand.self), CommandNode(SocketPeerCommand.self),
      CommandNode(RelayPeerCommand.self),
    ])
}

extension PeerOptions.Role: ArgumentValue {}

/// The arguments of every peer: see `samples/peers/README.md`.
struct PeerArguments: ArgumentGroup {
  static let heading = "Peer"
  static let arguments: [Argument<PeerArguments>] = [
    .operand(\.role, "role", "Sender or receiver."),
    .option(\.payloads, "payloads", value: "dir", completion: .directories, "Directory of the payloads."),
    .option(\.address, "address", value: "host:port", "The broker, or the receiver's address."),
    .option(\.topic, "topic", "The topic, for Kafka."),
  ]

  var role = PeerOptions.Role.receive
  var payloads: String?
  var address: String?
  var topic: String?

  func options() throws -> PeerOptions {
    guard let payloads else { throw Failure("expected --payloads <dir>") }
    return PeerOptions(role: role, payloads: payloads, address: address, topic: topic)
  }
}

struct KafkaPeerCommand: Command {
  static let about = CommandText("kafka", "Sends or receives through Kafka.", isHidden: true)
  static let arguments: [Argument<KafkaPeerCommand>] = [
    .group(\.peer), .option(\.preset, "preset", "Settings to begin with."),
    .option(\.authority, "ca", value: "file", "The authority of a broker with TLS."), .group(\.brokerOptions),
  ]

  var peer = PeerArguments()
  var preset = SettingsPreset.lowLatency
  var authority: String?
  var brokerOptions = BrokerOptions()

  func run() async throws {
    var kafka = try brokerOptions.kafka()
    kafka.preset = preset
    if let address = peer.address { kafka.brokers = address }
    if let authority {
      try kafka.set(argument: "security.protocol=ssl")
      try kafka.set(argument: "ssl.ca.location=\(authority)")
    }
    try KafkaPeer.run(try peer.options(), kafka)
  }
}

struct SocketPeerCommand: Command {
  static let about = CommandText("socket", "Sends or receives through a TCP socket.", isHidden: true)
  static let arguments: [Argument<SocketPeerCommand>] = [.group(\.peer)]

  var peer = PeerArguments()

  func run() async throws { try SocketPeer.run(try peer.options()) }
}

struct RelayPeerCommand: Command {
  static let about = CommandText("relay", "Receives, appends to a file and sends on.", isHidden: true)
  static let arguments: [Argument<RelayPeerCommand>] = [.group(\.peer)]

  var peer = PeerArguments()

  func run() async throws { try RelayPeer.run(try peer.options()) }
}
