import Foundation
import Testing

/// Where Apache Kafka is: a directory with `libs/`.
let kafkaHome = ProcessInfo.processInfo.environment["KAFKA_HOME"].flatMap { $0.isEmpty ? nil : $0 }

/// A broker of a test's own, which can be stopped and started again with what it had: Apache Kafka where `KAFKA_HOME`
/// is set, else the development server (`scripts/broker.py`, which also ends it when the tests have gone).
///
/// The development server answers for a moment after it has begun to stop, and loses what it acknowledges then: there,
/// sources are stopped first (``restart(after:standingStill:)``).
final class LocalBroker: Sendable {
  // Sound: nothing changes after `init` but the processes, which the script watches over.
  let address: String
  let isKafka: Bool
  /// Of the script: `cluster.json`, and each node's log.
  let directory: URL
  private nonisolated(unsafe) let script: RunningCommand

  /// - Parameters:
  ///   - nodes: more than one is a cluster of Apache Kafka.
  ///   - options: of `scripts/broker.py run`.
  init(nodes: Int = 1, options: [String] = []) throws {
    isKafka = kafkaHome != nil
    directory = FileManager.default.temporaryDirectory.appending(
      path: "framefeed-broker-" + UUID().uuidString)
    // What Java would compile better in the course of minutes does not matter in a test of seconds.
    let quick = kafkaHome == nil ? [] : ["--java=-XX:TieredStopAtLevel=1"]
    let script = try RunningCommand(
      "python3",
      ["scripts/broker.py", "run", "--nodes", "\(nodes)", "--temporary", directory.path] + quick + options)
    self.script = script
    _ = eventually(within: 150) { script.outputSoFar.contains("\n") || !script.isRunning }
    let ready = script.outputSoFar.split(separator: "\n").first ?? ""
    address = String(ready.split(separator: " at ").last ?? "")
    guard !address.isEmpty, script.isRunning else { throw BrokerError(said: script.errorsSoFar) }
  }

  deinit {
    script.terminate()
    _ = try? script.wait()
  }

  /// Where the first node has one of its further listeners.
  func listener(_ name: String) throws -> String {
    struct State: Decodable { let listeners: [[String: String]] }
    let state = try Data(contentsOf: directory.appending(path: "cluster.json"))
    return try #require(JSONDecoder().decode(State.self, from: state).listeners[0][name])
  }

  /// Has the script do one of `stop`, `kill`, `begin`, `start`, `suspend` and `resume`.
  func order(_ action: String, nodes: [Int] = [1]) throws {
    let done = try run("python3", ["scripts/broker.py", action, directory.path] + nodes.map(String.init))
    guard done.code == 0 else { throw BrokerError(said: done.errors) }
  }

  /// Ends it in order: it writes out what it has.
  func stop() throws { try order("stop") }

  /// Ends it without a chance to tidy up.
  func kill() throws { try order("kill") }

  /// With what it had, at the same address, until it answers.
  func start() throws { try order("start") }

  /// Ends it and starts it again after `seconds`.
  /// - Parameter sources: stand still until the development server has ended.
  func restart(after seconds: Double, standingStill sources: [RunningCommand]) throws {
    let still = isKafka ? [] : sources
    for source in still { source.suspend() }
    if !isKafka { usleep(500_000) }  // what is on the wire arrives
    try stop()
    for source in still { source.resume() }
    usleep(UInt32(seconds * 1e6))
    try start()
  }

  /// It stands still for so long.
  func standStill(seconds: Double) throws {
    try order("suspend")
    usleep(UInt32(seconds * 1e6))
    try order("resume")
  }

  struct BrokerError: Error, CustomStringConvertible {
    let said: String
    var description: String { "scripts/broker.py: \(said)" }
  }
}
