import Foundation

/// A local broker that can be reached through TLS only: it runs in a network of its own, and stunnel listens at
/// the address that it tells its clients.
final class TLSBroker {
  /// What stunnel shows and asks for at one port.
  struct Door: Sendable {
    /// Of ``Certificates``.
    let certificate: String
    let wantsClientCertificate: Bool
  }

  /// The doors' addresses. Only the first is the one that the broker tells its clients.
  let addresses: [String]
  let certificates: Certificates
  private let directory: URL
  private var broker: RunningCommand?
  private var tunnel: RunningCommand?

  /// Whether this machine lets a test have a network of its own.
  static let isPossible: Bool = {
    guard let stunnel = try? run("which", "stunnel4"), stunnel.code == 0 else { return false }
    return (try? RunningCommand("unshare", ownNetwork + ["true"]).wait().code) == 0
  }()

  private static let ownNetwork = getuid() == 0 ? ["--net"] : ["--map-root-user", "--net"]

  init(_ doors: [Door]) throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "framefeed-tls-" + UUID().uuidString)
    try FileManager.default.createDirectory(
      at: directory.appending(path: "data"), withIntermediateDirectories: true)
    certificates = try Certificates(directory: directory.appending(path: "certificates").path)
    let ports = try Self.freePorts(doors.count)
    addresses = ports.map { "localhost:\($0)" }
    let socket = directory.appending(path: "broker").path
    broker = try RunningCommand(
      "unshare",
      Self.ownNetwork
        + ["scripts/far-broker.py", ports[0], directory.appending(path: "data").path, socket])
    var text = "foreground = quiet\npid =\ndebug = warning\n"
    for (port, door) in zip(ports, doors) {
      text += "[door-\(port)]\naccept = 127.0.0.1:\(port)\nconnect = \(socket)\n"
      text += "cert = \(certificates.certificate(door.certificate))\n"
      text += "key = \(certificates.key(door.certificate))\n"
      guard door.wantsClientCertificate else { continue }
      text += "CAfile = \(certificates.certificate("authority"))\nverifyChain = yes\n"
    }
    let file = directory.appending(path: "stunnel.conf")
    try text.write(to: file, atomically: true, encoding: .utf8)
    tunnel = try RunningCommand("stunnel4", [file.path])
    let isUp = try eventually(within: 30) {
      try RunningCommand("kcat", ["-L", "-m", "2", "-b", addresses[0]] + clientSettings).wait().code == 0
    }
    guard isUp else {
      throw NotUp(broker: broker?.errorsSoFar ?? "", tunnel: tunnel?.errorsSoFar ?? "")
    }
  }

  deinit {
    for process in [tunnel, broker] {
      process?.terminate()
      _ = try? process?.wait()
    }
    try? FileManager.default.removeItem(at: directory)
  }

  /// What a client that is welcome at every door is given.
  var clientSettings: [String] { trusting + certificates.client("client") }

  /// What a client that knows the right authority is given.
  var trusting: [String] { certificates.trusting("ssl") }

  private static func freePorts(_ count: Int) throws -> [String] {
    try run(
      "python3", "-c",
      """
      import socket
      sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(\(count))]
      print(*[s.getsockname()[1] for s in sockets])
      """
    ).text.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  struct NotUp: Error {
    let broker: String
    let tunnel: String
  }
}
