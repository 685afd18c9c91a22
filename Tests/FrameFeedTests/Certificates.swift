import Foundation

/// Certificates of a test, made by openssl in a directory of their own: of two authorities, of brokers, of clients.
struct Certificates: Sendable {
  let directory: String

  init(directory: String) throws {
    self.directory = directory
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    for name in ["authority", "stranger"] {
      try openssl(
        [
          "req", "-x509", "-nodes", "-keyout", key(name), "-out", certificate(name), "-subj", "/CN=\(name)",
          "-days", "2",
        ]
          + Self.newKey)
    }
    let here = "DNS:localhost,IP:127.0.0.1"
    try make("broker", for: here, by: "authority")
    try make("elsewhere", for: "DNS:elsewhere.example", by: "authority")
    try make("expired", for: here, by: "authority", days: "-1")
    try make("client", for: "DNS:client.example", by: "authority")
    try make("intruder", for: "DNS:client.example", by: "stranger")
  }

  func certificate(_ name: String) -> String { "\(directory)/\(name).pem" }
  func key(_ name: String) -> String { "\(directory)/\(name).key" }

  /// The settings of a client that trusts an authority; by default the right one.
  func trusting(_ protocol: String, authority: String = "authority") -> [String] {
    ["-X", "security.protocol=\(`protocol`)", "-X", "ssl.ca.location=\(certificate(authority))"]
  }

  /// The settings of a client with a certificate.
  /// - Parameter key: another file with its key.
  func client(_ name: String, key: String? = nil) -> [String] {
    [
      "-X", "ssl.certificate.location=\(certificate(name))", "-X",
      "ssl.key.location=\(key ?? self.key(name))",
    ]
  }

  /// Certificate and key in one file, as Java reads PEM.
  func pair(_ name: String) throws -> String {
    let both = "\(directory)/\(name).pair.pem"
    let text = try [certificate(name), key(name)].map { try String(contentsOfFile: $0, encoding: .utf8) }
    try text.joined().write(toFile: both, atomically: true, encoding: .utf8)
    return both
  }

  /// Writes a key once more, locked by a password.
  func lock(_ name: String, password: String) throws -> String {
    let locked = "\(directory)/\(name).locked.key"
    try openssl(["pkey", "-in", key(name), "-aes256", "-passout", "pass:\(password)", "-out", locked])
    return locked
  }

  private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]

  private func make(_ name: String, for hosts: String, by authority: String, days: String = "2") throws {
    let (request, extensions) = ("\(directory)/\(name).csr", "\(directory)/\(name).ext")
    try "subjectAltName=\(hosts)\n".write(toFile: extensions, atomically: true, encoding: .utf8)
    try openssl(
      ["req", "-nodes", "-keyout", key(name), "-out", request, "-subj", "/CN=\(name)"] + Self.newKey)
    try openssl([
      "x509", "-req", "-in", request, "-CA", certificate(authority), "-CAkey", key(authority),
      "-CAcreateserial", "-days", days, "-extfile", extensions, "-out", certificate(name),
    ])
  }

  private func openssl(_ arguments: [String]) throws {
    let finished = try RunningCommand("openssl", arguments).wait()
    guard finished.code == 0 else { throw OpenSSLFailure(errors: finished.errors) }
  }

  struct OpenSSLFailure: Error {
    let errors: String
  }
}
