/// How Apache Kafka is started on this machine: an argument list of `scripts/broker.py`.
struct BrokerRecipe: Sendable, Hashable {
  /// The options of the JVM in Kafka's own start script (`bin/kafka-run-class.sh` of 4.3), besides the heap.
  static let garbageFirst = [
    "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35",
    "-XX:+ExplicitGCInvokesConcurrent",
  ]
  /// The heap in Kafka's own start script (`bin/kafka-server-start.sh`).
  static let defaultHeap = "1g"

  /// Brokers of the cluster.
  var nodes = 1
  /// Lines of `server.properties`, `key=value`.
  var settings: [String] = []
  var heap = BrokerRecipe.defaultHeap
  /// Options of the JVM.
  var java = BrokerRecipe.garbageFirst
  /// The file with certificate and key (PEM) of a listener with TLS; `nil` for none.
  var certificate: String?

  /// The listener with TLS.
  static let secureListener = "TLS"

  /// The arguments.
  /// - Parameter directory: an empty directory for its data, which the script removes.
  func arguments(directory: String) -> [String] {
    var arguments = ["run", "--temporary", directory, "--nodes", "\(nodes)", "--heap", heap]
    // As the start script has it; only touched memory counts.
    arguments.append("--java=-Xms\(heap)")
    arguments += java.map { "--java=\($0)" }
    var settings = settings
    if let certificate {
      arguments += ["--listener", "\(Self.secureListener)=SSL"]
      settings += ["ssl.keystore.type=PEM", "ssl.keystore.location=\(certificate)"]
    }
    return arguments + settings.flatMap { ["--set", $0] }
  }
}
