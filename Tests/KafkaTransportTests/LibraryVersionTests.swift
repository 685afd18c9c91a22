import Testing

@testable import KafkaTransport

/// What versions of librdkafka can do, and what is said of those that cannot.
@Suite struct LibraryVersionTests {
  static let debian12 = LibraryVersion(2, 0, 2)

  @Test func numbersAreAsLibrdkafkaTellsThem() {
    #expect(LibraryVersion(number: 0x0200_02ff) == Self.debian12)
    #expect("\(LibraryVersion(number: 0x0210_00ff))" == "2.16.0")
    #expect(LibraryVersion(2, 9, 0) < LibraryVersion(2, 10, 0) && !(Self.debian12 < Self.debian12))
    // The one of a release candidate has more behind it.
    #expect(librdkafkaVersion.hasPrefix("\(LibraryVersion.inUse)"))
  }

  @Test func eachVersionLacksWhatCameLater() {
    #expect(LibraryAbility.missing(in: Self.debian12) == LibraryAbility.allCases)
    #expect(LibraryAbility.missing(in: LibraryVersion(2, 2, 0)) == [.loggingInByScram, .groupsOfBrokers])
    #expect(LibraryAbility.missing(in: LibraryVersion(2, 6, 0)) == [.loggingInByScram, .groupsOfBrokers])
    #expect(LibraryAbility.missing(in: LibraryVersion(2, 6, 1)) == [.groupsOfBrokers])
    #expect(LibraryAbility.missing(in: LibraryVersion(2, 12, 0)) == [])
  }

  /// The broker's words are those of a wrong password.
  @Test func refusedByScramIsNotAWrongPassword() {
    let text =
      "sasl_ssl://localhost:20301/bootstrap: SASL authentication error: Authentication failed during authentication "
      + "due to invalid credentials with SASL mechanism SCRAM-SHA-512 (after 300ms in state AUTH_REQ)"
    func told(_ text: String, _ version: LibraryVersion) -> String? {
      ConnectionTrouble(KafkaCode(rawValue: -169), text, version: version).map { "\($0)" }
    }
    let old = told(text, Self.debian12)
    #expect(
      old?.contains(
        "librdkafka 2.0.2 cannot log in by SCRAM to Apache Kafka 3.8.1 or newer, whatever the password; 2.6.1 or newer can"
      ) == true, "\(old ?? "")")
    let new = told(text, LibraryVersion(2, 6, 1))
    #expect(
      new?.hasSuffix(
        "check sasl.mechanism, sasl.username and sasl.password, and whether it accepts logins at all") == true
    )
    let plain = told(text.replacing("SCRAM-SHA-512", with: "PLAIN"), Self.debian12)
    #expect(plain?.contains("check sasl.mechanism") == true && plain?.contains("2.6.1") == false)
  }

  @Test func theNewGroupProtocolNeedsANewLibrary() {
    func refusal(_ key: String, _ value: String, _ version: LibraryVersion) -> String? {
      GroupProtocol.refusal(of: key, value: value, version: version)
    }
    #expect(
      refusal("group.protocol", "consumer", Self.debian12)
        == "librdkafka 2.0.2 cannot use group.protocol=consumer, 2.12.0 or newer can (make deps installs one)"
    )
    #expect(refusal("group.remote.assignor", "uniform", LibraryVersion(2, 11, 1)) != nil)
    #expect(refusal("group.protocol", "consumer", LibraryVersion(2, 12, 0)) == nil)
    #expect(refusal("group.protocol", "classic", Self.debian12) == nil)
    #expect(refusal("group.id", "consumer", Self.debian12) == nil)
  }

  /// librdkafka does not start with what belongs to the brokers in the new protocol.
  @Test func settingsOfTheBrokersAreLeftOut() throws {
    func names(_ groupProtocol: String?) -> Set<String> {
      var settings = KafkaSettings(brokers: "localhost:1")
      if let groupProtocol { settings.set("group.protocol", groupProtocol) }
      return Set(
        SettingsPreset.consumer(largestRecord: 1_000_000, brokerIgnoresFetchLimits: false, user: settings)
          .map(\.0))
    }
    #expect(names("consumer").isDisjoint(with: GroupProtocol.ofBrokers))
    #expect(names(nil).subtracting(GroupProtocol.ofBrokers) == names("consumer"))
    #expect(names("classic") == names(nil) && names(nil).contains("session.timeout.ms"))
  }

  @Test(.enabled(if: LibraryAbility.groupsOfBrokers.isThere()))
  func aConsumerOfTheNewProtocolStarts() throws {
    var settings = KafkaSettings(brokers: "localhost:1")
    settings.set("group.protocol", "consumer")
    let consumer = try FrameConsumer(settings, FrameConsumer.Options(topic: "t", group: "g"))
    #expect(consumer.effectiveSettings["group.protocol"] == "consumer")
  }
}

/// What a broker that hangs up most likely wants. librdkafka says so itself up to 2.8, and only where the client was since.
@Suite struct HangUpTests {
  @Test(arguments: [
    (
      "localhost:1/bootstrap: Disconnected while requesting ApiVersion: might be caused by incorrect security.protocol "
        + "configuration (connecting to a SSL listener?) or broker version is < 0.10 (after 0ms in state APIVERSION_QUERY)",
      ConnectionTrouble.brokerMayWantTLS
    ),
    (
      "localhost:1/bootstrap: Disconnected: connection closed by peer: receive 0 after POLLIN (after 0ms in state APIVERSION_QUERY)",
      .brokerMayWantTLS
    ),
    (
      "ssl://localhost:1/bootstrap: Disconnected: connection closed by peer (after 1ms in state APIVERSION_QUERY)",
      nil
    ),
    (
      "localhost:1/bootstrap: Disconnected: verify that security.protocol is correctly configured, broker might require "
        + "SASL authentication (after 1ms in state UP)", .brokerMayWantLogin
    ),
    (
      "ssl://localhost:1/bootstrap: Disconnected: connection closed by peer (after 3ms in state UP)",
      .brokerMayWantLogin
    ),
    (
      "ssl://b:9092/bootstrap: Send failed: SSL transport error: Broken pipe (after 4ms in state UP)",
      .brokerMayWantLogin
    ),
    ("localhost:1/1: Disconnected: connection closed by peer (after 123456ms in state UP)", nil),
    ("sasl_plaintext://localhost:1/1: Disconnected: connection closed by peer (after 3ms in state UP)", nil),
  ]) func aHangUpIsUnderstood(_ text: String, _ trouble: ConnectionTrouble?) {
    #expect(ConnectionTrouble(.transport, text) == trouble)
  }
}
