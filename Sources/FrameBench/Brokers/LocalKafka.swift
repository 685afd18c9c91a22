import Foundation
import FrameCore

/// Apache Kafka on this machine, started by `scripts/broker.py`, and ended with this object.
final class LocalKafka {
  /// Where a checkout of FrameFeed has the script.
  private static let script = "scripts/broker.py"
  /// The longest that a start may take, ns: ten JVMs may start beside each other on two cores.
  private static let startTime: Int64 = 180_000_000_000

  /// The name and version of what runs.
  let name: String
  /// The addresses of its listener without TLS.
  let brokers: String
  /// The addresses of the listener with TLS, if it has one.
  let secureBrokers: String?
  /// The processes of its nodes.
  let nodes: [Int32]
  private let process: PeerProcess

  /// Checks that a broker can be started here.
  static func check() throws(BenchError) {
    guard FileManager.default.fileExists(atPath: script) else {
      throw .failed(
        "there is no \(script) here, which starts the brokers: run this in a checkout of FrameFeed")
    }
    let home = ProcessInfo.processInfo.environment["KAFKA_HOME"] ?? ""
    guard FileManager.default.fileExists(atPath: home + "/libs"), !home.isEmpty else {
      throw .option(
        "KAFKA_HOME\(home.isEmpty ? " is not set" : "=\(home) has no libs/"): set it to the folder of Apache Kafka that has libs/"
      )
    }
  }

  /// Starts it, and waits until it answers.
  init(_ recipe: BrokerRecipe) throws(BenchError) {
    let directory = NSTemporaryDirectory() + "framefeed-kafka." + UUID().uuidString
    process = try PeerProcess(
      "Kafka",
      [Executables.find("python3") ?? "python3", Self.script] + recipe.arguments(directory: directory))
    let words = try process.words(until: FrameClock.monotonic() + Self.startTime)
    // Apache Kafka 4.3.1 at localhost:9092,...
    guard let at = words.lastIndex(of: "at"), at + 1 < words.count else {
      process.end()
      throw .failed(
        "\(Self.script) said \"\(words.joined(separator: " "))\"; expected its name and addresses")
    }
    name = words[..<at].joined(separator: " ")
    brokers = String(words[at + 1])
    let state = try State(directory)
    nodes = state.processes.compactMap { $0 }
    let secure = state.listeners.compactMap { $0[BrokerRecipe.secureListener] }
    secureBrokers = secure.isEmpty ? nil : secure.joined(separator: ",")
  }

  /// What the script says about what it runs.
  private struct State: Decodable {
    let listeners: [[String: String]]
    let processes: [Int32?]

    init(_ directory: String) throws(BenchError) {
      let file = directory + "/cluster.json"
      guard let data = FileManager.default.contents(atPath: file),
        let state = try? JSONDecoder().decode(State.self, from: data)
      else { throw .unreadable(file, "expected listeners and processes of each node") }
      self = state
    }
  }

  /// Returns the numbers of brokers that store a partition, its leader first.
  /// - Parameter leader: counted round the cluster.
  func replicas(_ count: Int, leader: Int = 0) -> [Int32] {
    (leader..<leader + count).map { Int32($0 % nodes.count + 1) }
  }

  // The script ends the brokers and removes their data.
  deinit { process.end() }
}
