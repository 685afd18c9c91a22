public import ArgumentParser
public import FrameBench
public import KafkaTransport

/// `framefeed peer`: the programs that `compare` runs, not for people.
struct PeerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peer", abstract: "A sender or receiver that `compare` measures.", shouldDisplay: false,
    subcommands: [KafkaPeerCommand.self, SocketPeerCommand.self])
}

/// What every peer is given: see `samples/peers/README.md`.
struct PeerArguments: ParsableArguments {
  @Argument var role: PeerOptions.Role
  @Option var payloads: String
  @Option var address: String?
  @Option var topic: String?

  var options: PeerOptions {
    PeerOptions(role: role, payloads: payloads, address: address, topic: topic)
  }
}

struct KafkaPeerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "kafka", shouldDisplay: false)

  @OptionGroup var peer: PeerArguments
  @Option var preset = SettingsPreset.lowLatency
  @OptionGroup var brokerOptions: BrokerOptions

  func run() throws {
    var kafka = try brokerOptions.kafka()
    kafka.preset = preset
    if let address = peer.address { kafka.brokers = address }
    try KafkaPeer.run(peer.options, kafka)
  }
}

struct SocketPeerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "socket", shouldDisplay: false)

  @OptionGroup var peer: PeerArguments

  func run() throws { try SocketPeer.run(peer.options) }
}

extension PeerOptions.Role: ExpressibleByArgument {}
extension SettingsPreset: ExpressibleByArgument {}
