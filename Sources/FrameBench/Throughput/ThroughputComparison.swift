import Foundation
public import FrameCore
import FrameFeed
import FrameLatency
public import KafkaTransport

/// Sends and reads records as fast as possible: `stream --fps max` and a sink with the null model, beside Kafka's
/// ProducerPerformance and ConsumerPerformance, in turns.
public final class ThroughputComparison {
  /// The programs that are compared.
  private enum Contender: String, CaseIterable {
    case stream = "FrameFeed stream --fps max"
    /// Without reading each JPEG file to its end.
    case unchecked = "the same, --damaged pass"
    case producer = "Kafka's ProducerPerformance"
    case sink = "FrameFeed sink, null model"
    case consumer = "Kafka's ConsumerPerformance"

    var isOfKafka: Bool { self == .producer || self == .consumer }
    var side: ThroughputReport.Side { self == .sink || self == .consumer ? .sink : .source }
  }

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
    let contenders = Contender.allCases.filter {
      ($0 != .unchecked || files.areJPEGFiles) && (!$0.isOfKafka || tools != nil)
    }
    var rows = contenders.map {
      ThroughputReport.Row(name: $0.rawValue, side: $0.side, each: [], processor: [])
    }
    var failed: [String: PeerList.Skipped] = [:]
    for round in 0..<rounds {
      // Readers read what `stream` has sent.
      var topic: String?
      var made: [String] = []
      defer { for name in made { topics.delete(name) } }
      // Sources before sinks; the order within a side changes with each round.
      let sides = [ThroughputReport.Side.source, .sink].map { side in
        contenders.indices.filter { contenders[$0].side == side }
      }
      for at in sides.flatMap({ round % 2 == 0 ? $0 : $0.reversed() }) where !stop.isRequested {
        let contender = contenders[at]
        guard failed[contender.rawValue] == nil else { continue }
        progress("round \(round + 1)/\(rounds)  \(contender.rawValue)")
        do throws(BenchError) {
          if contender.side == .source {
            let own = try self.topic(topics, files, records)
            made.append(own)
            try add(&rows[at], records) { () throws(BenchError) in
              switch contender {
              case .unchecked: try stream(source, codec, own, records, ["--damaged", "pass"])
              case .producer:
                try tools!.produce(
                  brokers: kafka.brokers, topic: own, records: records, bytes: files.meanBytes)
              default: try stream(source, codec, own, records)
              }
            }
            if contender == .stream { topic = own }
          } else if let read = topic {
            try add(&rows[at], records) { () throws(BenchError) in
              contender == .sink
                ? try sink(read, records, model.path)
                : try tools!.consume(
                  brokers: kafka.brokers, topic: read, records: records, bytes: files.largest)
            }
          }
        } catch {
          failed[contender.rawValue] = PeerList.Skipped(
            name: contender.rawValue, kind: .kafka, reason: error.reason)
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
    _ source: [String], _ codec: String, _ topic: String, _ records: Int, _ options: [String] = []
  ) throws(BenchError) -> Double {
    try run(
      ["stream"] + source + options + [
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
