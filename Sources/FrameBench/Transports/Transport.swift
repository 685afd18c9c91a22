public import KafkaTransport

/// A way to send payloads from one program to another: a peer of `samples/peers/README.md`, ready to run.
public struct Transport: Sendable {
  public enum Kind: String, Sendable, Codable {
    case socket, http, kafka
  }

  public let name: String
  public let kind: Kind
  /// The program and the arguments before `send` or `receive`.
  let program: [String]
  /// The arguments after all others.
  let options: [String]
  /// The program between sender and receiver; `nil` for none.
  let relay: [String]?
  /// Environment variables of its processes, in addition to those of this one.
  let environment: [String: String]

  public init(
    name: String, kind: Kind, program: [String], options: [String] = [], relay: [String]? = nil,
    environment: [String: String] = [:]
  ) {
    self.name = name
    self.kind = kind
    self.program = program
    self.options = options
    self.relay = relay
    self.environment = environment
  }

  /// Whether it is a compiled program, not one that an interpreter or a JVM runs.
  var isProgram: Bool { program.count == 1 || program.dropFirst().first == "peer" }

  /// Returns the full command line.
  func command(_ role: PeerOptions.Role, _ place: PeerPlace, address: String?) -> [String] {
    var command = program + [role.rawValue, "--payloads", place.payloads]
    let isSocketReceiver = kind != .kafka && role == .receive
    if let address, !isSocketReceiver { command += ["--address", address] }
    if kind == .kafka { command += ["--topic", place.topic] }
    if kind == .kafka, let authority = place.authority { command += ["--ca", authority] }
    return command + options
  }

  /// Returns FrameFeed's own Kafka transport.
  /// - Parameters:
  ///   - executable: path of `framefeed`.
  ///   - settings: librdkafka's settings.
  public static func frameFeed(
    _ name: String, executable: String, preset: SettingsPreset, settings: PeerSettings = PeerSettings()
  ) -> Transport {
    Transport(
      name: name, kind: .kafka, program: [executable, "peer", "kafka"],
      options: ["--preset", preset.rawValue] + settings.arguments, environment: settings.environment)
  }

  /// Returns a plain TCP socket, in Swift.
  public static func socket(executable: String) -> Transport {
    Transport(name: "tcp socket", kind: .socket, program: [executable, "peer", "socket"])
  }

  /// Returns the least that a broker must do: a plain TCP socket to a program that appends the payload to a file and sends
  /// it on.
  public static func relayedSocket(executable: String) -> Transport {
    Transport(
      name: "tcp, file, tcp", kind: .socket, program: [executable, "peer", "socket"],
      relay: [executable, "peer", "relay"])
  }
}
