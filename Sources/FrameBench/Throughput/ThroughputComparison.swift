import Foundation
public import FrameCore
import FrameFeed
import FrameLatency
public import KafkaTransport

/// Sends and reads records as fast as possible: `stream --fps max` and a sink with the null model, beside Kafka's
/// ProducerPerformance and ConsumerPerformance, in turns.
public final class ThroughputComparison {
  private let executable: String
  private let kafka: KafkaSettings
  private let common: PeerSettings
  private let tools: KafkaTools?
  private let stop: StopSignal

  /// - Parameters:
  ///   - executable: path of `framefeed`.
  ///   - common: settings for every process of FrameFeed.
  ///   - tools: Kafka's own tools; `nil` for FrameFeed alone.
  ///   - stop: ends the comparison after the current turn.
  public init(
    executable: String, _ kafka: KafkaSettings, common: PeerSettings, tools: KafkaTools?, stop: StopSignal
  ) {
    self.executable = executable
    self.kafka = kafka
    self.common = common
    self.tools = tools
    self.stop = stop
  }

  /// Runs the comparison. Blocks the calling thread.
  /// - Parameters:
  ///   - files: the payloads, for their sizes.
  ///   - source: where `stream` reads the frames.
  ///   - progress: called before each turn.
  public func run(
    _ files: PayloadFiles, source: [String], codec: String, records: Int, rounds: Int,
    progress: (String) -> Void
  ) throws(BenchError) -> ThroughputReport {
    let (wall, started) = (FrameClock.now(), FrameClock.monotonic())
    let topics: ComparisonTopics
    do throws(TransportError) { topics = try ComparisonTopics(kafka) } catch { throw .transport(error) }
    let model = try TemporaryFile(Self.nullModel)
    var rows = [
      ThroughputReport.Row(name: "FrameFeed stream --fps max", side: .source, each: [], processor: []),
      ThroughputReport.Row(name: "Kafka's ProducerPerformance", side: .source, each: [], processor: []),
      ThroughputReport.Row(name: "FrameFeed sink, null model", side: .sink, each: [], processor: []),
      ThroughputReport.Row(name: "Kafka's ConsumerPerformance", side: .sink, each: [], processor: []),
    ]
    var failed: [String: PeerList.Skipped] = [:]
    for round in 0..<rounds {
      var topic: String?
      var made: [String] = []
      defer { for name in made { topics.delete(name) } }
      // Both readers read what FrameFeed has sent. The order of the two of a side changes with each round.
      for at in round % 2 == 0 ? [0, 1, 2, 3] : [1, 0, 3, 2] where !stop.isRequested {
        guard failed[rows[at].name] == nil, tools != nil || at % 2 == 0 else { continue }
        progress("round \(round + 1)/\(rounds)  \(rows[at].name)")
        do throws(BenchError) {
          if at < 2 {
            let own = try self.topic(topics, files, records)
            made.append(own)
            try add(&rows[at], records) { () throws(BenchError) in
              try at == 0
                ? stream(source, codec, own, records)
                : tools!.produce(brokers: kafka.brokers, topic: own, records: records, bytes: files.meanBytes)
            }
            if at == 0 { topic = own }
          } else if let read = topic {
            try add(&rows[at], records) { () throws(BenchError) in
              try at == 2
                ? sink(read, records, model.path)
                : tools!.consume(brokers: kafka.brokers, topic: read, records: records, bytes: files.largest)
            }
          }
        } catch {
          failed[rows[at].name] = PeerList.Skipped(name: rows[at].name, kind: .kafka, reason: error.reason)
        }
      }
    }
    rows.removeAll { $0.each.isEmpty }
    guard !rows.isEmpty else {
      throw failed.values.first.map { .peer(name: $0.name, reason: $0.reason) } ?? .stopped
    }
    var notes = topics.note.map { [$0] } ?? []
    if tools == nil {
      notes.append("FrameFeed alone: Kafka's tools need KAFKA_HOME (4.2 or newer), Java and no -X")
    }
    if tools != nil {
      notes.append("FrameFeed's sink decodes each frame to a tensor; ConsumerPerformance drops the bytes")
      notes.append(
        "ProducerPerformance sends one record of the mean size again and again; stream reads and checks files"
      )
    }
    return ThroughputReport(
      started: RunReport.timestamp(wall), durationSeconds: Double(FrameClock.monotonic() - started) / 1e9,
      versions: Versions.all, broker: kafka.brokers, source: source.joined(separator: " "), codec: codec,
      payloadBytes: files.meanBytes, records: records, rounds: rows.map(\.each.count).min() ?? 0, rows: rows,
      failed: failed.values.sorted { $0.name < $1.name }, notes: notes)
  }

  /// The smallest input, so that it is the transport that is measured.
  private static let nullModel =
    #"{"name": "null", "runtime": {"kind": "builtin", "model": "null"}, "input": {"width": 64, "height": 64}}"#

  private func topic(
    _ topics: ComparisonTopics, _ files: PayloadFiles, _ records: Int
  ) throws(BenchError) -> String {
    do throws(TransportError) { return try topics.create(payload: files.largest, kept: records + 8) } catch {
      throw .transport(error)
    }
  }

  /// Adds one turn to a row.
  private func add(
    _ row: inout ThroughputReport.Row, _ records: Int, _ turn: () throws(BenchError) -> Double
  ) throws(BenchError) {
    let before = ProcessorTime.ofChildren
    let rate = try turn()
    row.each.append(rate)
    row.processor.append(Double(ProcessorTime.ofChildren - before) / 1e6 / Double(records))
  }

  private func stream(
    _ source: [String], _ codec: String, _ topic: String, _ records: Int
  ) throws(BenchError) -> Double {
    try run(
      ["stream"] + source + [
        "--topic", topic, "--codec", codec, "--fps", "max", "--loop", "forever", "--frames", "\(records)",
      ],
      isWhole: { $0.frames.acknowledged == records })
  }

  private func sink(_ topic: String, _ records: Int, _ model: String) throws(BenchError) -> Double {
    try run(
      [
        "sink", "--topic", topic, "--model", model, "--until-end", "--group",
        "throughput-\(UUID().uuidString)",
      ],
      isWhole: { $0.frames.inferred == records })
  }

  /// Runs `framefeed`, and returns the rate of its report.
  private func run(
    _ arguments: [String], isWhole: (RunReport) -> Bool
  ) throws(BenchError) -> Double {
    let name = "framefeed \(arguments[0])"
    let text = try Executables.output(
      [executable] + arguments + ["--json", "--quiet", "--broker", kafka.brokers] + common.arguments,
      named: name,
      environment: common.environment)
    guard let report = try? JSONDecoder().decode(RunReport.self, from: Data(text.utf8)) else {
      throw .peer(name: name, reason: "printed no report")
    }
    guard isWhole(report) else { throw .peer(name: name, reason: "did not carry every record") }
    return report.rate.fps
  }
}
