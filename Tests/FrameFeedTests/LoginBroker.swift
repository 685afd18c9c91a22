import Foundation
import Testing

/// One node of Apache Kafka with a port for each way in: logins over TLS, client certificates, certificates that are no
/// good, and ports that send clients elsewhere.
struct LoginBroker: Sendable {
  let broker: LocalBroker
  let certificates: Certificates
  /// Has a line's end to wait for, as many servers do.
  private let pages: HTTPServer

  /// A session is over after so long, and the client must log in once more, ms.
  static let session = 1500

  init() throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "framefeed-" + UUID().uuidString)
    let certificates = try Certificates(directory: directory.path)
    pages = try HTTPServer()
    self.certificates = certificates
    let security = "org.apache.kafka.common.security"
    func of(_ listener: String, _ settings: [String: String]) -> [String] {
      settings.flatMap { ["--set", "listener.name.\(listener).\($0.key)=\($0.value)"] }
    }
    func tls(_ listener: String, _ certificate: String) throws -> [String] {
      [
        "--listener", "\(listener.uppercased())=\(listener == "login" ? "SASL_SSL" : "SSL")",
      ]
        + of(
          listener,
          [
            "ssl.keystore.type": "PEM", "ssl.keystore.location": try certificates.pair(certificate),
          ])
    }
    var options = try tls("login", "broker") + tls("mutual", "broker")
    options += try tls("expired", "expired") + tls("elsewhere", "elsewhere")
    options += of(
      "mutual",
      [
        "ssl.client.auth": "required", "ssl.truststore.type": "PEM",
        "ssl.truststore.location": certificates.certificate("authority"),
      ])
    options += of(
      "login",
      [
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
        "connections.max.reauth.ms": "\(Self.session)",
        "plain.sasl.jaas.config": "\(security).plain.PlainLoginModule required user_cam=\"open-sesame\";",
        "oauthbearer.sasl.jaas.config":
          "\(security).oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"broker\" "
          + "unsecuredValidatorRequiredScope=\"frames\";",
      ])
    for mechanism in ["SCRAM-SHA-256", "SCRAM-SHA-512"] {
      options += ["--add-scram", "\(mechanism)=[name=cam,password=open-sesame]"]
      options += of(
        "login",
        ["\(mechanism.lowercased()).sasl.jaas.config": "\(security).scram.ScramLoginModule required;"])
    }
    for (listener, advertised) in [
      ("ASTRAY", "kafka-internal.invalid:19092"), ("SHUT", "localhost:1"),
      ("PAGES", "localhost:\(pages.port)"),
    ] {
      options += ["--listener", "\(listener)=PLAINTEXT@\(advertised)"]
    }
    broker = try LocalBroker(options: ["--heap", "384m"] + options)
  }

  func address(_ listener: String) throws -> String { try broker.listener(listener) }

  /// Of HTTP.
  var pagesAddress: String { "localhost:\(pages.port)" }

  /// What a client that knows the right authority is given.
  func trusting(_ protocol: String) -> [String] { certificates.trusting(`protocol`) }

  func certificate(_ name: String) -> [String] { certificates.client(name) }

  /// A server that is none of Kafka's.
  final class HTTPServer: Sendable {
    // Sound: nothing changes after `init`.
    private nonisolated(unsafe) let server: RunningCommand
    let port: String

    init() throws {
      server = try RunningCommand(
        "python3",
        [
          "-u", "-c",
          """
          import http.server
          server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
          print(server.server_port)
          server.serve_forever()
          """,
        ])
      let server = server
      _ = eventually(within: 20) { server.outputSoFar.hasSuffix("\n") }
      port = server.outputSoFar.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    deinit {
      server.terminate()
      _ = try? server.wait()
    }
  }
}

/// Starts it before a suite's tests.
struct LoginBrokerTrait: SuiteTrait, TestScoping {
  @TaskLocal static var broker: LoginBroker?

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await Self.$broker.withValue(try LoginBroker(), operation: function)
  }
}

extension Trait where Self == LoginBrokerTrait {
  static var withLogins: Self { LoginBrokerTrait() }
}
