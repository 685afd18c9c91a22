import Foundation
import KafkaTransport
import Testing

/// Passwords and keys are in no message, log, report or process title.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct SecretsTests {
  static let secret = "hunter2-open-sesame"

  /// A process's arguments as everyone on the machine can read them.
  private func title(_ process: Int32) -> String {
    let bytes = (try? Data(contentsOf: URL(filePath: "/proc/\(process)/cmdline"))) ?? Data()
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Every process there is, and its arguments.
  private func titles() -> [Int32: String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return Dictionary(uniqueKeysWithValues: names.compactMap { Int32($0) }.map { ($0, title($0)) })
  }

  private static let login = [
    "-X", "security.protocol=sasl_plaintext", "-X", "sasl.mechanism=PLAIN", "-X", "sasl.username=camera",
  ]

  /// Where one logs in with the password. The development server takes any; Kafka gets a port for it.
  private func startBroker() throws -> (broker: LocalBroker, address: String) {
    guard kafkaHome != nil else {
      let broker = try LocalBroker()
      return (broker, broker.address)
    }
    // In a file: arguments are for everyone to read.
    let settings = FileManager.default.temporaryDirectory.appending(
      path: "framefeed-login-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: settings) }
    let users = ["camera", "camera-7"].map { "user_\($0)=\"\(Self.secret)\"" }.joined(separator: " ")
    try """
    sasl.enabled.mechanisms=PLAIN
    listener.name.login.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \(users);
    """.write(to: settings, atomically: true, encoding: .utf8)
    let broker = try LocalBroker(
      options: ["--listener", "LOGIN=SASL_PLAINTEXT", "--settings", settings.path])
    return (broker, try broker.listener("LOGIN"))
  }

  @Test func noLogReportOrTitleShowsThem() throws {
    let scratch = try Scratch(partitions: nil)
    let (broker, address) = try startBroker()
    defer { withExtendedLifetime(broker) {} }
    let source = try RunningCommand(
      framefeed,
      [
        "stream", "synthetic:64x48", "--codec", "raw", "--topic", scratch.topic, "--frames", "60", "--fps",
        "30", "--broker", address,
      ]
        + Self.login + [
          "-X", "sasl.password=\(Self.secret)", "-X", "ssl.key.password=\(Self.secret)", "-X",
          "sasl.kerberos.kinit.cmd=kinit \(Self.secret)", "-X", "debug=all", "--log-level", "debug",
          "--report", scratch.file("stream.json"),
        ])
    #expect(eventually(within: 20) { source.errorsSoFar.contains("librdkafka:") })
    let title = title(source.process)
    #expect(title.contains("sasl.password=***\0") && title.contains("sasl.username=camera"))
    #expect(!title.contains("sesame"))
    let sent = try source.wait()
    #expect(sent.code == 0, "\(sent.text) \(sent.errors.suffix(2000))")
    // It did log the settings, and this is one that librdkafka itself does not leave out.
    #expect(sent.errors.contains("sasl.kerberos.kinit.cmd = ***"))
    let report = try String(contentsOfFile: scratch.file("stream.json"), encoding: .utf8)
    for text in [sent.text, sent.errors, report] { #expect(!text.contains("sesame")) }
    let settings = try scratch.report("stream.json").settings
    for key in ["sasl.password", "ssl.key.password", "sasl.kerberos.kinit.cmd"] {
      #expect(settings[key] == "***")
    }
    #expect(settings["security.protocol"] == "sasl_plaintext" && settings["sasl.username"] == "camera")
    #expect(settings["sasl.mechanisms"] == "PLAIN")
  }

  /// The processes that a comparison starts get them by their environment, which is their user's alone.
  @Test func noProcessOfAComparisonShowsThem() throws {
    let scratch = try Scratch(partitions: nil)
    let (broker, address) = try startBroker()
    defer { withExtendedLifetime(broker) {} }
    let comparison = try RunningCommand(
      framefeed,
      [
        "compare", "settings", "samples/flight", "--frames", "1", "--rounds", "1", "--sends", "2",
        "--setting",
        "ssl.key.password=\(Self.secret)", "--broker", address,
      ]
        + Self.login + ["-X", "sasl.password=\(Self.secret)", "--report", scratch.file("report.json")])
    var peers: Set<String> = []
    while comparison.isRunning {
      for title in titles().values where title.hasPrefix(framefeed) {
        if title.contains("sasl.password="), title.contains("\0peer\0") { peers.insert(title) }
      }
      usleep(20_000)
    }
    let finished = try comparison.wait()
    #expect(finished.code == 0, "\(finished.text) \(finished.errors)")
    #expect(peers.contains { $0.contains("sasl.password=@env:") })
    #expect(peers.contains { $0.contains("ssl.key.password=@env:") })
    let report = try String(contentsOfFile: scratch.file("report.json"), encoding: .utf8)
    for text in peers + [finished.text, finished.errors, report] { #expect(!text.contains("sesame")) }
  }

  /// A password need not be UTF-8; what lies behind the arguments in memory is the environment.
  @Test func aPasswordOfAnyBytesIsHiddenAndNothingElse() throws {
    let arguments =
      #"-X "$(printf 'sasl.password=\xe9\xe9\xe9\xe9\xe9\xe9sesame')" --model models/motion.json"#
    let program = """
      env -i FIRST=untouched '\(framefeed)' sink --broker localhost:1 --quiet \(arguments) &
      for each in $(seq 100); do
        title=$(tr '\\0' ' ' <"/proc/$!/cmdline")
        [[ $title == *'password=***'* ]] && break
        sleep 0.02
      done
      printf '%s\\n' "$title"
      tr '\\0' '\\n' <"/proc/$!/environ"
      kill -9 $!
      """
    let seen = try run("bash", "-c", program).text
    #expect(seen.contains("FIRST=untouched") && seen.contains("password=***") && !seen.contains("sesame"))
  }

  @Test(arguments: [
    ["-X", "sasl.password"], ["-Xsasl.password"], ["-Xsasl.password", secret],
    ["-X", "sasl.password:\(secret)"], ["-X", "sasl.password", secret],
    ["-X", "sasl.password \(secret)"], ["-X", "sasl.password=@file:/nowhere/\(topicless)"],
    ["-X", "sasl.password=@env:\(topicless)"], ["sasl.password=\(secret)"],
    ["--quiet", "sasl.password=\(secret)"], ["--sasl.password=\(secret)"], ["sasl.password:\(secret)"],
    ["--decoders=sasl.password=\(secret)"], ["--log-level", "sasl.password:\(secret)"],
    ["-X", "sasl.password=", secret],
  ]) func wrongUsageNamesTheSettingOnly(_ arguments: [String]) throws {
    let finished = try RunningCommand(framefeed, ["sink", "--model", "models/motion.json"] + arguments).wait()
    #expect(finished.code == 64)
    #expect(finished.errors.hasPrefix("framefeed: Kafka setting sasl.password: "), "\(finished.errors)")
    #expect(finished.errors.split(separator: "\n").count == 2, "\(finished.errors)")
    #expect(!(finished.errors + finished.text).contains("sesame"))
  }

  /// librdkafka quotes what it does not understand of this one.
  @Test func aLoginThatCannotBeReadIsNotQuoted() throws {
    let finished = try run(
      framefeed, "stream", "synthetic:64x48", "--frames", "1", "-X", "security.protocol=sasl_plaintext", "-X",
      "sasl.mechanism=OAUTHBEARER", "-X", "enable.sasl.oauthbearer.unsecure.jwt=true", "-X",
      "sasl.oauthbearer.config=principal=cam oops=\(Self.secret)")
    // An old librdkafka is not given such a login at all.
    let named = LibraryAbility.renewingUnsignedTokens.isThere() ? "sasl.oauthbearer.config" : "2.2.0"
    #expect(finished.code == 1 && finished.errors.contains(named), "\(finished.errors)")
    #expect(!(finished.errors + finished.text).contains("sesame"))
  }

  static let topicless = "FRAMEFEED_TEST_NOT_THERE"

  /// A value that lies in a file or in the environment is the one that reaches the broker's client.
  @Test func filesAndTheEnvironmentHoldThem() throws {
    let scratch = try Scratch(partitions: nil)
    let (broker, address) = try startBroker()
    defer { withExtendedLifetime(broker) {} }
    try "\(Self.secret)\n".write(toFile: scratch.file("password"), atomically: true, encoding: .utf8)
    try "camera-7\r\n".write(toFile: scratch.file("user"), atomically: true, encoding: .utf8)
    try """
    security.protocol=sasl_plaintext
    sasl.mechanism=PLAIN
    sasl.password=@file:\(scratch.file("password"))
    """.write(toFile: scratch.file("client.properties"), atomically: true, encoding: .utf8)
    let sent = try run(
      "env", "CAMERA_ID=from the environment", framefeed, "stream", "synthetic:64x48", "--codec", "raw",
      "--topic", scratch.topic, "--frames", "3", "--kafka-config", scratch.file("client.properties"), "-X",
      "sasl.username=@file:\(scratch.file("user"))", "-X", "client.rack=@env:CAMERA_ID", "--broker", address,
      "--report",
      scratch.file("stream.json"))
    #expect(sent.code == 0, "\(sent.text) \(sent.errors)")
    let settings = try scratch.report("stream.json").settings
    #expect(settings["sasl.password"] == "***")
    #expect(settings["sasl.username"] == "camera-7")
    #expect(settings["client.rack"] == "from the environment")
  }
}
