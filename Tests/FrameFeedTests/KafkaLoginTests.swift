import Foundation
import KafkaTransport
import Testing

/// Logins to Apache Kafka: for each mechanism the right ones carry a feed the whole way, the wrong ones end with one line
/// that says what is wrong; and so do brokers that send their clients elsewhere.
@Suite(
  .serialized, .withLogins,
  .enabled(if: kafkaHome != nil, "KAFKA_HOME names a directory with libs/ of Apache Kafka"))
struct KafkaLoginTests {
  private static let frames = 12

  /// A way in, and the words where it is refused.
  private struct Way {
    let name: String
    let listener: String
    let settings: [String]
    var refusal: String? = nil
  }

  /// A token that nobody signed; `nil` for none.
  private static func token(_ content: String?) -> [String] {
    ["-X", "sasl.mechanism=OAUTHBEARER"]
      + (content.map {
        ["-X", "enable.sasl.oauthbearer.unsecure.jwt=true", "-X", "sasl.oauthbearer.config=\($0)"]
      } ?? [])
  }

  private static let plaintext = "set -X security.protocol=plaintext"
  private static let credentials = "check sasl.mechanism, sasl.username and sasl.password"
  /// Of SCRAM, where the version in use cannot.
  private static let tooOld =
    LibraryAbility.loggingInByScram.isThere()
    ? nil
    : "librdkafka \(LibraryVersion.inUse) cannot log in by SCRAM to Apache Kafka 3.8.1 or newer, whatever"

  /// A topic of three partitions, by the port that is open to all.
  private func create(_ topic: String, _ broker: LoginBroker) throws {
    let made = try run(
      framefeed, "topic", "create", topic, "--partitions", "3", "--broker", broker.broker.address)
    #expect(made.code == 0, "\(made.errors)")
  }

  /// Of tokens, likewise.
  private static let cannotRenew =
    LibraryAbility.renewingUnsignedTokens.isThere()
    ? nil : "librdkafka \(LibraryVersion.inUse) cannot renew an unsigned token of OAUTHBEARER"

  @Test func theRightOnesCarryAFeedTheWholeWay() throws {
    let broker = try #require(LoginBrokerTrait.broker)
    let (login, ssl) = (broker.trusting("sasl_ssl"), broker.trusting("ssl"))
    for way in [
      Way(name: "plain", listener: "LOGIN", settings: login + Password.login("PLAIN", "open-sesame")),
      Way(
        name: "scram-256", listener: "LOGIN",
        settings: login + Password.login("SCRAM-SHA-256", "open-sesame"), refusal: Self.tooOld),
      Way(
        name: "scram-512", listener: "LOGIN",
        settings: login + Password.login("SCRAM-SHA-512", "open-sesame"), refusal: Self.tooOld),
      Way(
        name: "token", listener: "LOGIN", settings: login + Self.token("principal=cam scope=frames"),
        refusal: Self.cannotRenew),
      Way(name: "certificate", listener: "MUTUAL", settings: ssl + broker.certificate("client")),
    ] {
      let scratch = try Scratch(partitions: nil)
      try create(way.name, broker)
      let place = ["--broker", try broker.address(way.listener), "--topic", way.name] + way.settings
      let sent = try scratch.stream(
        ["synthetic:64x48", "--frames", "\(Self.frames)", "--fps", "100"], to: place)
      if let refusal = way.refusal {
        #expect(sent.code == 1 && sent.errors.contains(refusal), "\(way.name): \(sent.errors)")
        continue
      }
      #expect(sent.code == 0, "\(way.name): \(sent.errors)")
      let read = try scratch.sink(from: place)
      #expect(read.code == 0, "\(way.name): \(read.errors)")
      let (stream, sink) = (try scratch.report("stream.json"), try scratch.report("sink.json"))
      #expect(stream.frames["acknowledged"] == Self.frames, "\(way.name)")
      #expect(sink.frames["inferred"] == Self.frames && sink.frames["missing"] == 0, "\(way.name)")
      print("\(way.name): \(Self.frames) acknowledged, \(sink.frames["inferred"] ?? 0) answered")
    }
  }

  /// All at once, each by a source and by what asks for the lag.
  private func expect(_ ways: [Way], _ broker: LoginBroker) throws {
    let refusals = try ways.map { way in
      Refusal(
        name: way.name, address: try broker.address(way.listener), settings: way.settings,
        words: try #require(way.refusal))
    }
    try Refusal.expect(
      refusals,
      by: [["stream", "synthetic:64x48", "--frames", "3", "--quiet"], ["topic", "lag", "frames"]],
      hiding: ["guessed", "open-sesame"])
  }

  @Test func theWrongOnesSayWhatIsWrong() throws {
    let broker = try #require(LoginBrokerTrait.broker)
    let (login, ssl) = (broker.trusting("sasl_ssl"), broker.trusting("ssl"))
    let stranger = broker.certificates.trusting("sasl_ssl", authority: "stranger")
    try expect(
      [
        Way(
          name: "plain, password", listener: "LOGIN", settings: login + Password.login("PLAIN", "guessed"),
          refusal: Self.credentials),
        Way(
          name: "plain, user", listener: "LOGIN",
          settings: login + Password.login("PLAIN", "open-sesame", user: "dog"), refusal: Self.credentials),
        Way(
          name: "scram-256, password", listener: "LOGIN",
          settings: login + Password.login("SCRAM-SHA-256", "guessed"),
          refusal: Self.tooOld ?? Self.credentials),
        Way(
          name: "scram-512, password", listener: "LOGIN",
          settings: login + Password.login("SCRAM-SHA-512", "guessed"),
          refusal: Self.tooOld ?? Self.credentials),
        Way(
          name: "token, scope", listener: "LOGIN", settings: login + Self.token("principal=cam scope=other"),
          refusal: Self.cannotRenew
            ?? #"it refuses the token (SASL authentication error: {"status":"insufficient_scope""#),
        Way(
          name: "token, content", listener: "LOGIN", settings: login + Self.token("scope=frames"),
          refusal: Self.cannotRenew
            ?? "there is no token for the login (Invalid sasl.oauthbearer.config: no principal"),
        Way(
          name: "token, none", listener: "LOGIN", settings: login + Self.token(nil),
          refusal: "OAUTHBEARER has no source for a token: set -X sasl.oauthbearer.method=oidc"),
        Way(
          name: "no login", listener: "LOGIN", settings: ssl,
          refusal: "it closes the connection of a client without a login"),
      ], broker)
    try expect(
      [
        Way(
          name: "no certificate", listener: "MUTUAL", settings: ssl,
          refusal: "it requires a client certificate: set"),
        Way(
          name: "foreign certificate", listener: "MUTUAL", settings: ssl + broker.certificate("intruder"),
          refusal: "it refuses the client certificate ("),
        Way(
          name: "other authority", listener: "LOGIN",
          settings: stranger + Password.login("PLAIN", "open-sesame"),
          refusal: "its certificate is signed by no authority in ssl.ca.location"),
        Way(
          name: "no authority", listener: "MUTUAL", settings: ["-X", "security.protocol=ssl"],
          refusal: "its certificate is signed by no authority in ssl.ca.location"),
        Way(
          name: "other host", listener: "ELSEWHERE", settings: ssl,
          refusal: "its certificate is for other names than localhost"),
        Way(name: "expired", listener: "EXPIRED", settings: ssl, refusal: "its certificate has expired"),
        Way(name: "no TLS", listener: "MUTUAL", settings: [], refusal: "set -X security.protocol=ssl"),
        Way(
          name: "TLS, and the port has none", listener: "PLAINTEXT", settings: ssl, refusal: Self.plaintext),
        Way(
          name: "login, and the port takes none", listener: "PLAINTEXT",
          settings: ["-X", "security.protocol=sasl_plaintext"] + Password.login("PLAIN", "open-sesame"),
          refusal: "this port accepts no logins: \(Self.plaintext)"),
      ], broker)
  }

  /// Sessions are over again and again under a feed and what reads it.
  @Test func aFeedOutlivesItsSessions() throws {
    let broker = try #require(LoginBrokerTrait.broker)
    let login = broker.trusting("sasl_ssl")
    var ways = [("long-plain", Password.login("PLAIN", "open-sesame"))]
    if Self.cannotRenew == nil {
      ways.append(("long-token", Self.token("principal=cam scope=frames lifeSeconds=3")))
    }
    if Self.tooOld == nil { ways.append(("long-scram", Password.login("SCRAM-SHA-512", "open-sesame"))) }
    let scratch = try Scratch(partitions: nil)
    let frames = 100
    let address = try broker.address("LOGIN")
    let running = try ways.map { topic, settings in
      let place = ["--broker", address, "--topic", topic, "--quiet"] + login + settings
      try create(topic, broker)
      let sink = try RunningCommand(
        framefeed,
        [
          "sink", "--group", topic, "--from", "beginning", "--frames", "\(frames)", "--idle-timeout", "30",
          "--model",
          "models/motion.json", "--report", scratch.file("\(topic).sink.json"),
        ] + place)
      let stream = try RunningCommand(
        framefeed,
        [
          "stream", "synthetic:64x48", "--frames", "\(frames)", "--fps", "15", "--report",
          scratch.file("\(topic).stream.json"),
        ] + place)
      return (topic, stream, sink)
    }
    for (topic, stream, sink) in running {
      let (sent, read) = (try stream.wait(), try sink.wait())
      #expect(sent.code == 0, "\(topic): \(sent.errors)")
      #expect(read.code == 0, "\(topic): \(read.errors)")
      let reports = (try scratch.report("\(topic).stream.json"), try scratch.report("\(topic).sink.json"))
      #expect(reports.0.frames["acknowledged"] == frames, "\(topic)")
      #expect(reports.1.frames["inferred"] == frames && reports.1.frames["missing"] == 0, "\(topic)")
      print(
        "\(topic): \(frames) sent in \(frames * 1000 / 15 / LoginBroker.session + 1) sessions, all answered")
    }
  }

  /// A broker that sends its clients where they cannot come: both addresses, and not after its time-outs.
  @Test func brokersThatSendClientsElsewhereAreNamed() throws {
    let broker = try #require(LoginBrokerTrait.broker)
    try create("frames", broker)
    let sink = ["sink", "--model", "models/motion.json", "--quiet"]
    let commands = [
      ["stream", "synthetic:64x48", "--frames", "3", "--quiet"], sink, sink + ["--topic", "nowhere"],
      ["doctor"],
      ["topic", "create", "other"], ["topic", "describe", "frames"], ["topic", "lag", "frames"],
    ]
    for (listener, words) in [
      ("ASTRAY", "kafka-internal.invalid:19092, which cannot be resolved from here ("),
      (
        "SHUT",
        "localhost:1, which cannot be reached from here (Connection refused): set its advertised.listeners"
      ),
      (
        "PAGES",
        "\(broker.pagesAddress), where an HTTP server answers, not Kafka: set its advertised.listeners"
      ),
    ] {
      let address = try broker.address(listener)
      let running = try commands.map {
        ($0, Date(), try RunningCommand(framefeed, $0 + ["--broker", address]))
      }
      for (command, started, child) in running {
        let finished = try child.wait()
        #expect(finished.code == 1, "\(listener) \(command)")
        #expect(
          finished.errors.contains(
            "the Kafka broker at \(address): it answers, and advertises \(words)"),
          "\(command): \(finished.errors)")
        // Of 15 s and more; some waited without end.
        let seconds = Date().timeIntervalSince(started)
        #expect(seconds < 14, "\(listener) \(command): \(seconds) s")
        print("\(listener) \(command.joined(separator: " ")): within \(Int(seconds + 1)) s")
      }
    }
    let pages = try run(framefeed, "topic", "lag", "frames", "--broker", broker.pagesAddress)
    #expect(
      pages.code == 1 && pages.errors.contains("an HTTP server answers at \(broker.pagesAddress), not Kafka"),
      "\(pages.errors)")
  }
}
