import Foundation
import KafkaTransport
import Testing

/// TLS and logins: the right ones work the whole way, the wrong ones end in seconds with one line that says what
/// to do.
@Suite(
  .serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"),
  .enabled(if: TLSBroker.isPossible, "needs stunnel4 and the right to unshare --net"))
struct SecurityTests {
  /// A source, then a sink.
  private func expectFrames(_ broker: TLSBroker, _ settings: [String]) throws {
    let scratch = try Scratch(partitions: nil)
    let place = ["--broker", broker.addresses[0], "--topic", scratch.topic] + settings
    try UnequalTopic.create(scratch.topic, on: broker.addresses[0], broker.clientSettings)
    let sent = try scratch.stream(
      ["samples/flight", "--frames", "40", "--fps", "100", "--loop", "forever"], to: place)
    #expect(sent.code == 0, "\(sent.text) \(sent.errors)")
    let read = try scratch.sink(from: place)
    #expect(read.code == 0, "\(read.text) \(read.errors)")
    let (stream, sink) = (try scratch.report("stream.json"), try scratch.report("sink.json"))
    #expect(stream.frames["acknowledged"] == 40)
    #expect(sink.frames["inferred"] == 40 && sink.frames["missing"] == 0 && sink.frames["rejected"] == 0)
    try expectReadToEnd(scratch.topic, group: "framefeed", on: broker.addresses[0], broker.clientSettings)
    #expect(stream.settings["security.protocol"] == "ssl" && sink.settings["security.protocol"] == "ssl")
  }

  @Test func framesGoThroughTLS() throws {
    let broker = try TLSBroker([TLSBroker.Door(certificate: "broker", wantsClientCertificate: false)])
    try expectFrames(broker, broker.trusting)
  }

  /// With a client certificate whose key is locked; its password lies in a file.
  @Test func framesGoThroughMutualTLS() throws {
    let broker = try TLSBroker([TLSBroker.Door(certificate: "broker", wantsClientCertificate: true)])
    let key = try broker.certificates.lock("client", password: "open sesame")
    let password = broker.certificates.directory + "/password"
    try "open sesame\n".write(toFile: password, atomically: true, encoding: .utf8)
    try expectFrames(
      broker,
      broker.trusting + broker.certificates.client("client", key: key)
        + ["-X", "ssl.key.password=@file:\(password)"])
  }

  /// A source and a sink of each.
  private func expect(_ refusals: [Refusal]) throws {
    let started = Date()
    try Refusal.expect(
      refusals,
      by: [
        ["stream", "synthetic:64x48", "--frames", "3", "--quiet"],
        ["sink", "--model", "models/motion.json", "--quiet"],
      ], hiding: ["sesame"])
    // Seconds, and not the minute or more of librdkafka's own patience.
    #expect(Date().timeIntervalSince(started) < 45)
  }

  @Test func theWrongOnesSayWhatToDo() throws {
    let broker = try TLSBroker([
      TLSBroker.Door(certificate: "broker", wantsClientCertificate: false),
      TLSBroker.Door(certificate: "expired", wantsClientCertificate: false),
      TLSBroker.Door(certificate: "elsewhere", wantsClientCertificate: false),
      TLSBroker.Door(certificate: "broker", wantsClientCertificate: true),
    ])
    let (open, expired, elsewhere, mutual) = (
      broker.addresses[0], broker.addresses[1], broker.addresses[2], broker.addresses[3]
    )
    let certificates = broker.certificates
    try expect([
      Refusal(
        name: "wrong authority", address: open,
        settings: certificates.trusting("ssl", authority: "stranger"),
        words: "signed by no authority in ssl.ca.location: name the file of the CA that signed it"),
      Refusal(
        name: "no authority", address: open, settings: ["-X", "security.protocol=ssl"],
        words: "signed by no authority in ssl.ca.location: name the file of the CA that signed it"),
      Refusal(
        name: "expired", address: expired, settings: broker.trusting, words: "its certificate has expired"),
      Refusal(
        name: "other host", address: elsewhere, settings: broker.trusting,
        words: "its certificate is for other names than localhost"),
      Refusal(
        name: "no client certificate", address: mutual, settings: broker.trusting,
        words: "requires a client certificate: set -X ssl.certificate.location="),
      Refusal(
        name: "wrong client certificate", address: mutual,
        settings: broker.trusting + certificates.client("intruder"),
        words: LibraryVersion.inUse < LibraryVersion(2, 8, 0)
          ? "refuses the client certificate (unknown ca)"
          : "refuses the client certificate (signed by no authority that it trusts)"),
      Refusal(
        name: "no TLS", address: open, settings: [], words: "set -X security.protocol=ssl"),
    ])
  }

  /// Before any broker is asked.
  @Test func filesThatAreOfNoUseAreNamed() throws {
    let scratch = try Scratch(partitions: nil)
    let certificates = try Certificates(directory: scratch.file("certificates"))
    let (client, key) = (certificates.certificate("client"), certificates.key("client"))
    let locked = try certificates.lock("client", password: "open sesame")
    let cases: [([String], String)] = [
      (["ssl.ca.location=/nowhere/ca.pem"], "ssl.ca.location: /nowhere/ca.pem cannot be read: No such file"),
      (["ssl.ca.location=\(key)"], "ssl.ca.location: \(key) is not a file of certificates in PEM"),
      (
        ["ssl.certificate.location=\(client)", "ssl.key.location=\(certificates.key("broker"))"],
        "ssl.key.location: \(certificates.key("broker")) is not the key of ssl.certificate.location"
      ),
      (
        ["ssl.certificate.location=\(client)", "ssl.key.location=\(locked)", "ssl.key.password=sesame"],
        "ssl.key.location: \(locked) is not a private key in PEM, or is encrypted"
      ),
      (
        ["ssl.certificate.location=\(client)", "ssl.key.location=\(locked)"],
        "ssl.key.location: \(locked) is not a private key in PEM, or is encrypted"
      ),
      (["security.protocol=sasl_ssl"], "sasl.mechanism is GSSAPI (Kerberos) unless set"),
    ]
    for (settings, words) in cases {
      let finished = try RunningCommand(
        framefeed,
        ["topic", "describe", "frames", "-X", "security.protocol=ssl"] + settings.flatMap { ["-X", $0] }
      ).wait()
      #expect(finished.code == 1, "\(settings)")
      #expect(finished.errors.contains(words), "\(finished.errors)")
      #expect(finished.errors.split(separator: "\n").count == 1, "\(finished.errors)")
    }
  }

  /// At the local broker, which has neither TLS nor SCRAM. The development server begins a login all the same.
  @Test func whatThePortDoesNotHaveIsSaid() throws {
    try expect([
      Refusal(
        name: "TLS", address: broker!, settings: ["-X", "security.protocol=ssl"],
        words: "set -X security.protocol=plaintext"),
      Refusal(
        name: "SCRAM", address: broker!,
        settings: ["-X", "security.protocol=sasl_plaintext"]
          + Password.login("SCRAM-SHA-256", "open sesame", user: "camera"),
        words: kafkaHome != nil ? "this port accepts no logins" : "it refuses the login (SASL"),
    ])
  }
}
