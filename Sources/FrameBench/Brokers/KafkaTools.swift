import Foundation

/// The measuring programs that come with Apache Kafka.
public struct KafkaTools: Sendable {
  public static let endToEndLatency = "Kafka's EndToEndLatency"

  private let java: String
  /// The folder of Apache Kafka.
  private let home: String
  /// Whether EndToEndLatency has named arguments, as since Kafka 4.2.
  private let hasNamedArguments: Bool

  /// The tools in `$KAFKA_HOME`; `nil` where there is none, or no Java.
  public static func found() -> KafkaTools? {
    guard let home = ProcessInfo.processInfo.environment["KAFKA_HOME"], !home.isEmpty,
      let java = Executables.java
    else { return nil }
    let jars = (try? FileManager.default.contentsOfDirectory(atPath: home + "/libs")) ?? []
    guard let jar = jars.first(where: { $0.hasPrefix("kafka-tools-") && !$0.hasPrefix("kafka-tools-api-") })
    else {
      return nil
    }
    let version = jar.dropFirst("kafka-tools-".count).split(separator: ".").prefix(2).compactMap { Int($0) }
    return KafkaTools(
      java: java, home: home, hasNamedArguments: !version.lexicographicallyPrecedes([4, 2]))
  }

  private init(java: String, home: String, hasNamedArguments: Bool) {
    self.java = java
    self.home = home
    self.hasNamedArguments = hasNamedArguments
  }

  /// Settings without which Kafka's clients refuse records of this size, or fetch them one by one.
  private func settings(_ bytes: Int) throws(BenchError) -> TemporaryFile {
    let most = max(2 * bytes, 4 << 20)
    return try TemporaryFile(
      "max.request.size=\(most)\nmax.partition.fetch.bytes=\(most)\nfetch.max.bytes=\(max(most, 52_428_800))\n"
    )
  }

  private func run(_ name: String, _ arguments: [String]) throws(BenchError) -> String {
    try Executables.output(
      [java, "-Xmx512m", "-cp", "\(home)/libs/*", "org.apache.kafka.tools.\(name)"] + arguments,
      named: "Kafka's \(name)")
  }

  /// Sends records of random bytes one after the other and waits for each at a consumer; the tool compares the bytes.
  func endToEndLatency(
    brokers: String, topic: String, sends: Int, bytes: Int
  ) throws(BenchError) -> TransportReport.Tool {
    let settings = try settings(bytes)
    let values = [brokers, topic, "\(sends)", "all", "\(bytes)", settings.path]
    let names = [
      "--bootstrap-server", "--topic", "--num-records", "--producer-acks", "--record-size",
      "--command-config",
    ]
    let said = try run(
      "EndToEndLatency", hasNamedArguments ? zip(names, values).flatMap { [$0, $1] } : values)
    return try Self.endToEnd(said, sends: sends)
  }

  /// Whether ProducerPerformance and ConsumerPerformance have the arguments used here, as since Kafka 4.2.
  public var hasPerformanceTools: Bool { hasNamedArguments }

  /// Sends records as fast as possible.
  /// - Returns: records per second, from the first send to the last acknowledgement.
  func produce(brokers: String, topic: String, records: Int, bytes: Int) throws(BenchError) -> Double {
    let settings = try settings(bytes)
    // With --record-size the tool would make each byte of each record by a random number, on the sending thread.
    let payload = try TemporaryFile(String(repeating: "f", count: bytes))
    let said = try run(
      "ProducerPerformance",
      [
        "--topic", topic, "--num-records", "\(records)", "--payload-file", payload.path, "--throughput", "-1",
        "--bootstrap-server", brokers, "--command-config", settings.path,
      ])
    return try Self.produced(said, records: records)
  }

  /// Parses "300 records sent, 181.598063 records/sec (18.69 MB/sec), ...".
  static func produced(_ said: String, records: Int) throws(BenchError) -> Double {
    let last = said.split(separator: "\n").last { $0.contains(" records/sec ") } ?? ""
    let words = last.split(separator: " ")
    guard words.first == "\(records)"[...], let at = words.firstIndex(of: "records/sec"),
      let rate = Double(words[at - 1])
    else {
      throw .peer(
        name: "Kafka's ProducerPerformance", reason: "said \"\(last)\"; expected \(records) records sent")
    }
    return rate
  }

  /// Reads records as fast as possible.
  /// - Returns: records per second, without the time until the group has assigned the partitions.
  func consume(brokers: String, topic: String, records: Int, bytes: Int) throws(BenchError) -> Double {
    let settings = try settings(bytes)
    let said = try run(
      "ConsumerPerformance",
      [
        "--topic", topic, "--num-records", "\(records)", "--bootstrap-server", brokers, "--command-config",
        // Without it the tool replaces the file's limit by 1 MB.
        settings.path, "--fetch-size", "\(max(2 * bytes, 4 << 20))",
      ])
    return try Self.consumed(said, records: records)
  }

  /// Parses a line of names and one of values, with commas.
  static func consumed(_ said: String, records: Int) throws(BenchError) -> Double {
    let lines = said.split(separator: "\n").map { line in
      line.split(separator: ",").map { $0.drop { $0 == " " } }
    }
    guard let head = lines.first(where: { $0.contains("fetch.nMsg.sec") }), let values = lines.last,
      let at = head.firstIndex(of: "fetch.nMsg.sec"),
      let count = head.firstIndex(of: "data.consumed.in.nMsg"),
      values.count == head.count, let read = Int(values[count]), read >= records,
      let rate = Double(values[at])
    else {
      throw .peer(
        name: "Kafka's ConsumerPerformance",
        reason: "said \"\(said.split(separator: "\n").last ?? "")\"; expected \(records) records read")
    }
    return rate
  }

  /// Parses "Avg latency: 3.4567 ms" and "Percentiles: 50th = 3, 99th = 7, 99.9th = 21".
  static func endToEnd(_ said: String, sends: Int) throws(BenchError) -> TransportReport.Tool {
    func number(after text: String) -> Double? {
      said.firstRange(of: text).flatMap { Double(said[$0.upperBound...].prefix { $0.isNumber || $0 == "." }) }
    }
    guard let mean = number(after: "Avg latency: "), let p50 = number(after: " 50th = "),
      let p99 = number(after: " 99th = "), let p999 = number(after: " 99.9th = ")
    else {
      let last = said.split(separator: "\n").last ?? ""
      throw .peer(name: endToEndLatency, reason: "said \"\(last)\"; expected its percentiles")
    }
    return TransportReport.Tool(
      name: endToEndLatency, sends: sends, mean: mean, p50: Int(p50), p99: Int(p99), p999: Int(p999))
  }
}
