import Foundation

/// A broker whose JVM answers JMX on the loopback interface.
public struct MonitoredBroker: Sendable {
  /// `127.0.0.1:PORT` of its JMX.
  let address: String
  /// The folder of Apache Kafka.
  let home: String
  private let java: String

  /// The broker that `scripts/broker.py run --jmx` has started.
  /// - Throws: what is missing.
  public init() throws(BenchError) {
    let environment = ProcessInfo.processInfo.environment
    guard let address = environment["FRAMEFEED_JMX"], !address.isEmpty else {
      throw .option(
        "--broker-times reads Kafka's metrics by JMX and $FRAMEFEED_JMX names no address: KAFKA_HOME=DIR python3 scripts/broker.py run --jmx -- framefeed compare transports ... --broker-times"
      )
    }
    guard !address.contains(",") else {
      throw .option("--broker-times reads one broker, and $FRAMEFEED_JMX names several: leave out --nodes")
    }
    guard let home = environment["KAFKA_HOME"], !home.isEmpty else {
      throw .option("--broker-times needs Kafka's JmxTool: set KAFKA_HOME to the folder that has libs/")
    }
    guard let java = Executables.java else {
      throw .option("--broker-times needs Kafka's JmxTool, and there is no java")
    }
    self.address = address
    self.home = home
    self.java = java
  }

  /// Reads the metrics. Takes a second.
  func requestTimes() throws(BenchError) -> RequestTimes {
    let objects = RequestTimes.Request.allCases.flatMap {
      ["--object-name", "kafka.network:type=RequestMetrics,name=*TimeMs,request=\($0.rawValue)"]
    }
    let result = try Executables.output(
      [
        java, "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", "\(home)/libs/*",
        "org.apache.kafka.tools.JmxTool",
        "--jmx-url", "service:jmx:rmi:///jndi/rmi://\(address)/jmxrmi", "--attributes", "Count,Mean",
        "--one-time",
        "--report-format", "properties",
      ] + objects, named: "Kafka's JmxTool at \(address)")
    return RequestTimes(properties: result)
  }
}
