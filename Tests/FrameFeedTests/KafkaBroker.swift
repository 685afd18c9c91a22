import Foundation
import Testing

/// Where Apache Kafka is: a directory with `libs/`.
let kafkaHome = ProcessInfo.processInfo.environment["KAFKA_HOME"]

/// One node of Apache Kafka on this machine, for a suite: what the local development server does not do.
final class KafkaBroker: @unchecked Sendable {
  // Sound: its process is only set while the suite's tests have not begun.
  let address: String
  private let directory: URL
  private var process: RunningCommand?

  /// The suite's; see ``Suite(.withKafka)``.
  @TaskLocal static var current: KafkaBroker?

  init() throws {
    let ports = try run(
      "python3", "-c",
      """
      import socket
      sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
      print(*[s.getsockname()[1] for s in sockets])
      """
    ).text.split(whereSeparator: \.isWhitespace)
    address = "localhost:\(ports[0])"
    directory = FileManager.default.temporaryDirectory.appending(
      path: "framefeed-kafka-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let settings = directory.appending(path: "server.properties")
    try """
    process.roles=broker,controller
    node.id=1
    controller.quorum.voters=1@localhost:\(ports[1])
    controller.listener.names=CONTROLLER
    listeners=PLAINTEXT://localhost:\(ports[0]),CONTROLLER://localhost:\(ports[1])
    advertised.listeners=PLAINTEXT://localhost:\(ports[0])
    listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
    log.dirs=\(directory.path)/data
    offsets.topic.replication.factor=1
    offsets.topic.num.partitions=1
    transaction.state.log.replication.factor=1
    transaction.state.log.min.isr=1
    transaction.state.log.num.partitions=1
    group.initial.rebalance.delay.ms=0
    auto.create.topics.enable=false
    log.retention.check.interval.ms=500
    log.segment.delete.delay.ms=100
    log.cleaner.backoff.ms=200
    """.write(to: settings, atomically: true, encoding: .utf8)
    let id = try Self.java("kafka.tools.StorageTool", "random-uuid").wait().text
      .split(separator: "\n").last.map(String.init)
    let formatted = try Self.java(
      "kafka.tools.StorageTool", "format", "-t", try #require(id), "-c", settings.path
    ).wait()
    try #require(formatted.code == 0, "\(formatted.text) \(formatted.errors)")
    process = try Self.java("kafka.Kafka", settings.path)
    let isUp = try eventually(within: 60) { try run("kcat", "-L", "-m", "2", "-b", address).code == 0 }
    try #require(isUp, "\(process?.outputSoFar ?? "")")
  }

  deinit {
    process?.resume()
    process?.kill()
    _ = try? process?.wait()
    try? FileManager.default.removeItem(at: directory)
  }

  private static func java(_ arguments: String...) throws -> RunningCommand {
    try RunningCommand("java", ["-Xmx512m", "-XX:+UseSerialGC", "-cp", "\(kafkaHome!)/libs/*"] + arguments)
  }

  /// It stands still for so long.
  func standStill(seconds: Double) {
    process?.suspend()
    usleep(UInt32(seconds * 1e6))
    process?.resume()
  }
}

/// Starts Kafka before a suite's tests and ends it behind them.
struct KafkaTrait: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await KafkaBroker.$current.withValue(try KafkaBroker(), operation: function)
  }
}

extension Trait where Self == KafkaTrait {
  static var withKafka: Self { KafkaTrait() }
}
