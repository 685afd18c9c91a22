import Foundation
import Testing

/// The comparisons that need Apache Kafka: they start brokers of their own, or read Kafka's metrics.
@Suite(.serialized, .enabled(if: kafkaHome != nil, "KAFKA_HOME names the folder of Apache Kafka"))
struct KafkaComparisonTests {
  private struct Summary: Decodable {
    let count: Int
    let p50: Double
  }

  private func report<R: Decodable>(_ arguments: [String], environment: [String: String] = [:]) throws -> R {
    let done = try RunningCommand(
      framefeed, ["compare"] + arguments + ["--json", "--quiet"], environment: environment
    ).wait()
    #expect(done.code == 0, "\(done.errors)")
    return try JSONDecoder().decode(R.self, from: Data(done.output))
  }

  private struct Settings: Decodable {
    struct Load: Decodable {
      let latency: Summary
    }
    struct Row: Decodable {
      let setting: String
      let value: String
      let baseline: String?
      let oneInFlight: Load
    }
    struct Baseline: Decodable {
      let name: String
      let oneInFlight: Summary
    }
    let schema: String
    let side: String
    let broker: String
    let rounds: Int
    let rows: [Row]
    let baselines: [Baseline]
  }

  /// Each variant has a broker of its own; the one that writes each record to the disk before it answers is slower.
  @Test func settingsOfTheBrokerAreCompared() throws {
    let found: Settings = try report([
      "settings", "synthetic:640x480", "--codec", "raw", "--side", "broker", "--rounds", "2", "--sends", "10",
      "--setting", "num.io.threads=2", "--setting", "topic:flush.messages=1",
      "--setting=-XX:+UseZGC",
    ])
    #expect(found.schema == "framefeed.compare-settings/1" && found.side == "broker" && found.rounds == 2)
    #expect(found.broker.hasPrefix("Apache Kafka "))
    #expect(
      Set(found.rows.map { "\($0.setting)=\($0.value)" }) == [
        "num.io.threads=2", "topic:flush.messages=1", "JVM=-XX:+UseZGC", "the defaults once more=",
      ])
    #expect(found.baselines.map(\.name) == ["one broker, defaults"])
    #expect(
      found.rows.allSatisfy { $0.baseline == "one broker, defaults" && $0.oneInFlight.latency.count == 20 })
  }

  /// What brokers of comparisons keep while they run.
  private func leftovers() throws -> Set<String> {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: FileManager.default.temporaryDirectory.path)
    return Set(names.filter { $0.hasPrefix("framefeed-kafka.") })
  }

  @Test func aWrongSettingOfTheBrokerIsNamed() throws {
    let before = try leftovers()
    let done = try RunningCommand(
      framefeed,
      [
        "compare", "settings", "synthetic:64x64", "--side", "broker", "--rounds", "1", "--quiet", "--setting",
        "num.io.threads=none", "--setting", "nun.io.threads=2",
      ]
    ).wait()
    // One that does not start, and one that Kafka does not know, are named, beside what was measured.
    #expect(done.code == 0, "\(done.errors)")
    #expect(done.text.contains("not measured: num.io.threads none: "), "\(done.text)")
    #expect(done.text.contains("not measured: nun.io.threads 2: "), "\(done.text)")
    #expect(try leftovers() == before, "brokers were not ended in order")
    let named = try run(
      framefeed, "compare", "settings", "synthetic:64x64", "--side", "broker", "--broker", "localhost:1")
    #expect(named.code == 64 && named.errors.contains("leave out --broker"), "\(named.errors)")
  }

  private struct Loads: Decodable {
    struct Processor: Decodable {
      let source: Double
      let broker: Double
      let sink: Double
    }
    struct Row: Decodable {
      let brokers: Int
      let tls: Bool
      let feeds: Int
      let client: String
      let latency: Summary?
      let missed: Int?
      let processor: Processor?
    }
    let schema: String
    let rows: [Row]
  }

  @Test func feedsUnderLoadAreMeasuredWithAndWithoutTLS() throws {
    let found: Loads = try report([
      "load", "synthetic:64x48", "--feeds", "1", "--feeds", "3", "--fps", "20", "--brokers", "1", "--rounds",
      "1",
      "--seconds", "0.5", "--only", "FrameFeed",
    ])
    #expect(found.schema == "framefeed.compare-load/1")
    #expect(found.rows.map(\.tls) == [false, false, true, true] && found.rows.map(\.feeds) == [1, 3, 1, 3])
    for row in found.rows {
      #expect(row.client == "FrameFeed" && row.brokers == 1)
      #expect(row.latency?.count == 10 * row.feeds && (row.missed ?? -1) >= 0)
      let processor = try #require(row.processor)
      #expect(processor.source > 0 && processor.broker > 0 && processor.sink > 0)
    }
  }

  private struct Transports: Decodable {
    struct Means: Decodable {
      let requests: Int
      let local: Double
    }
    struct Row: Decodable {
      let name: String
      let kind: String
      let brokerTimes: [String: Means]?
    }
    struct Tool: Decodable {
      let name: String
      let sends: Int
      let mean: Double
      let p50: Double
    }
    let rows: [Row]
    let tools: [Tool]
  }

  /// Kafka's own tool beside the transports, and its request metrics by JMX.
  @Test func kafkaMeasuresBesideUs() throws {
    let broker = try LocalBroker(options: ["--jmx"])
    struct State: Decodable { let jmx: [String] }
    let state = try JSONDecoder().decode(
      State.self, from: Data(contentsOf: broker.directory.appending(path: "cluster.json")))
    let found: Transports = try report(
      [
        "transports", "samples/flight", "--frames", "2", "--sends", "20", "--only", "FrameFeed", "--only",
        "tcp",
        "--only", "EndToEnd", "--broker-times", "--broker", broker.address,
      ], environment: ["FRAMEFEED_JMX": state.jmx[0]])
    #expect(
      Set(found.rows.map(\.name)) == [
        "tcp socket", "tcp, file, tcp", "FrameFeed", "FrameFeed, librdkafka defaults",
      ])
    for row in found.rows where row.kind == "kafka" {
      let produce = try #require(row.brokerTimes?["Produce"])
      // One record a request, and what came before and behind is not counted.
      #expect(produce.requests == 100 && produce.local >= 0, "\(row)")
    }
    #expect(found.rows.allSatisfy { ($0.brokerTimes == nil) == ($0.kind != "kafka") })
    #expect(found.tools.map(\.name) == ["Kafka's EndToEndLatency"] && found.tools[0].sends == 20)
    #expect(found.tools[0].mean > 0)

    let unnamed = try RunningCommand(
      framefeed, ["compare", "transports", "samples/flight", "--broker-times", "--broker", broker.address],
      environment: ["FRAMEFEED_JMX": ""]
    ).wait()
    #expect(unnamed.code == 64 && unnamed.errors.contains("broker.py run --jmx"), "\(unnamed.errors)")
  }

  private struct Throughput: Decodable {
    struct Row: Decodable {
      let name: String
      let side: String
      let each: [Double]
      let processor: [Double]
    }
    let rows: [Row]
  }

  @Test(.enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
  func throughputStandsBesideKafkasTools() throws {
    let found: Throughput = try report(["throughput", "samples/flight", "--records", "60", "--rounds", "1"])
    #expect(
      found.rows.map(\.name) == [
        "FrameFeed stream --fps max", "the same, --damaged pass", "Kafka's ProducerPerformance",
        "FrameFeed sink, null model",
        "Kafka's ConsumerPerformance",
      ])
    #expect(found.rows.allSatisfy { $0.each.count == 1 && $0.each[0] > 0 && $0.processor[0] > 0 })
  }
}
