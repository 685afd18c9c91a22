public import FrameCore
import FrameFeed
import FrameLatency
public import KafkaTransport

/// Sends the same payloads by every transport, in turns, and measures their latency.
public final class TransportComparison {
  public struct Options: Sendable {
    /// Sends from cold, the number of the original test.
    public var coldSends = 20
    /// Warm sends, one in flight.
    public var sends = 500
    /// Rate of the paced sends, per second, and their number.
    public var fps = 30.0
    public var pacedSends = 60
    /// Longest time for one payload, s.
    public var timeout = 20.0
    /// Most time for the warm sends of one transport, s: slow transports get fewer sends.
    public var budget = 15.0
    /// The broker whose request metrics are read, by sends of their own.
    public var monitored: MonitoredBroker?
    /// Kafka's own tool to measure beside the transports.
    public var tools: KafkaTools?

    public init() {}
  }

  /// Consecutive warm sends, before the turn of another transport.
  private static let turn = 25
  private static let pacedTurn = 30
  /// Sends that are not counted after a stopped pair resumes.
  private static let settling = 2

  final class Entrant {
    let transport: Transport
    let pair: PeerPair
    var cold = PayloadSeries()
    var warm = PayloadSeries()
    var paced = PayloadSeries()
    var brokerTimes: [String: RequestTimes.Means]?
    var failure: String?

    init(_ transport: Transport, _ pair: PeerPair) {
      self.transport = transport
      self.pair = pair
    }
  }

  let files: PayloadFiles
  private let transports: [Transport]
  let kafka: KafkaSettings
  let options: Options
  private let stop: StopSignal

  /// - Parameter stop: ends the comparison early; the report covers what was measured until then.
  public init(
    _ files: PayloadFiles, _ transports: [Transport], _ kafka: KafkaSettings, _ options: Options,
    stop: StopSignal
  ) {
    self.files = files
    self.transports = transports
    self.kafka = kafka
    self.options = options
    self.stop = stop
  }

  /// Runs the comparison. Blocks the calling thread.
  /// - Parameter progress: called before each step.
  /// - Throws: ``BenchError`` when the broker does not respond; the failure of a single transport is in the report.
  public func run(
    source: String, codec: String, skipped: [PeerList.Skipped], progress: (String) -> Void
  ) throws(BenchError) -> TransportReport {
    let wall = FrameClock.now()
    let started = FrameClock.monotonic()
    // What cannot be read is found out before minutes of measuring.
    _ = try options.monitored?.requestTimes()
    let topics: ComparisonTopics?
    do throws(TransportError) {
      topics = transports.contains { $0.kind == .kafka } ? try ComparisonTopics(kafka) : nil
    } catch {
      throw .transport(error)
    }
    var failed: [PeerList.Skipped] = []
    let entrants = try sendFromCold(topics, &failed, progress)
    try sendWarm(entrants, topics, progress)
    try sendPaced(entrants, topics, progress)
    var monitoring: String?
    if let monitored = options.monitored {
      do throws(BenchError) { try sendMonitored(entrants, topics, monitored, progress) } catch {
        monitoring = "the broker's own times are missing: \(error.reason)"
      }
    }
    var tools: [TransportReport.Tool] = []
    if let kafka = options.tools, let topics, !stop.isRequested {
      progress("Kafka's EndToEndLatency")
      do throws(BenchError) {
        tools = [try endToEndLatency(kafka, topics)]
      } catch {
        failed.append(
          PeerList.Skipped(name: KafkaTools.endToEndLatency, kind: .kafka, reason: error.reason))
      }
    }
    for entrant in entrants {
      entrant.pair.stop()
      if let reason = entrant.failure {
        failed.append(
          PeerList.Skipped(name: entrant.transport.name, kind: entrant.transport.kind, reason: reason))
      }
    }
    let rows = entrants.filter { $0.failure == nil }.map(row).sorted { a, b in
      (a.oneInFlight ?? a.cold).latency.p50 < (b.oneInFlight ?? b.cold).latency.p50
    }
    return TransportReport(
      started: RunReport.timestamp(wall), durationSeconds: Double(FrameClock.monotonic() - started) / 1e9,
      versions: Versions.all, broker: kafka.brokers,
      settings: SettingValues.given(kafka, largestRecord: TopicSettings.defaultMaximumRecord), source: source,
      codec: codec, payloads: files.count,
      payloadBytes: files.meanBytes, fps: options.fps, rows: rows,
      tools: tools.isEmpty ? nil : tools, skipped: skipped, failed: failed,
      notes: notes(topics, rows, monitoring))
  }

  private func sendFromCold(
    _ topics: ComparisonTopics?, _ failed: inout [PeerList.Skipped], _ progress: (String) -> Void
  ) throws(BenchError) -> [Entrant] {
    var entrants: [Entrant] = []
    for transport in transports where !stop.isRequested {
      progress("\(transport.name): \(options.coldSends) sends from cold")
      do throws(BenchError) {
        entrants.append(try fromCold(transport, topics))
      } catch {
        try checkBroker(transport, topics, error)
        failed.append(PeerList.Skipped(name: transport.name, kind: transport.kind, reason: error.reason))
      }
    }
    return entrants
  }

  private func sendWarm(
    _ entrants: [Entrant], _ topics: ComparisonTopics?, _ progress: (String) -> Void
  ) throws(BenchError) {
    let rounds = (options.sends + Self.turn - 1) / Self.turn
    for round in 0..<rounds {
      try inTurns(entrants, round, topics) { entrant throws(BenchError) in
        let left = min(Self.turn, options.sends - entrant.warm.count)
        guard left > 0, entrant.warm.seconds < options.budget else { return }
        progress("round \(round + 1)/\(rounds)  \(entrant.transport.name): one in flight")
        try warm(entrant, sends: left)
      }
    }
  }

  private func sendPaced(
    _ entrants: [Entrant], _ topics: ComparisonTopics?, _ progress: (String) -> Void
  ) throws(BenchError) {
    let rounds = (options.pacedSends + Self.pacedTurn - 1) / Self.pacedTurn
    for round in 0..<rounds {
      try inTurns(entrants, round, topics) { entrant throws(BenchError) in
        let left = min(Self.pacedTurn, options.pacedSends - entrant.paced.count)
        guard left > 0, canKeepUp(entrant) else { return }
        progress("round \(round + 1)/\(rounds)  \(entrant.transport.name): \(options.fps.fixed(0)) a second")
        entrant.paced.add(try entrant.pair.paced(left, fps: options.fps))
      }
    }
  }

  private func fromCold(
    _ transport: Transport, _ topics: ComparisonTopics?
  ) throws(BenchError) -> Entrant {
    var topic = ""
    if transport.kind == .kafka, let topics {
      do throws(TransportError) { topic = try topics.create(payload: files.largest) } catch {
        throw .transport(error)
      }
    }
    let place = PeerPlace(
      payloads: files.directory, broker: kafka.brokers, topic: topic, timeout: options.timeout)
    let entrant = Entrant(transport, try PeerPair(transport, place))
    entrant.cold.add(try entrant.pair.oneInFlight(options.coldSends))
    entrant.pair.suspend()
    return entrant
  }

  private func warm(_ entrant: Entrant, sends: Int) throws(BenchError) {
    _ = try entrant.pair.oneInFlight(Self.settling)
    let begin = FrameClock.monotonic()
    let seconds = options.budget - entrant.warm.seconds
    entrant.warm.add(
      try entrant.pair.oneInFlight(sends) { _ in
        stop.isRequested || Double(FrameClock.monotonic() - begin) / 1e9 > seconds
      })
  }

  /// Runs one turn for each entrant, alone on the machine; each round starts with a different one.
  func inTurns(
    _ entrants: [Entrant], _ round: Int, _ topics: ComparisonTopics?,
    _ body: (Entrant) throws(BenchError) -> Void
  ) throws(BenchError) {
    for at in entrants.indices where !stop.isRequested {
      let entrant = entrants[(at + round) % entrants.count]
      guard entrant.failure == nil else { continue }
      entrant.pair.resume()
      do throws(BenchError) {
        try body(entrant)
        entrant.pair.suspend()
      } catch {
        entrant.pair.stop()
        entrant.failure = error.reason
        try checkBroker(entrant.transport, topics, error)
      }
    }
  }

  /// Whether paced sends make sense: where a payload takes longer than two intervals, they only fill queues.
  private func canKeepUp(_ entrant: Entrant) -> Bool {
    guard let median = entrant.warm.median ?? entrant.cold.median else { return false }
    return median / 1000 < 2 / options.fps
  }

  /// Throws when the broker does not respond; the failure of a single client does not end the comparison.
  private func checkBroker(
    _ transport: Transport, _ topics: ComparisonTopics?, _ error: BenchError
  ) throws(BenchError) {
    guard transport.kind == .kafka, let topics, !topics.isBrokerThere else { return }
    throw .peer(
      name: transport.name, reason: "\(error.reason); the broker at \(kafka.brokers) no longer answers"
    )
  }

  private func row(_ entrant: Entrant) -> TransportReport.Row {
    // A POST is answered when the receiver has the payload: only with a broker are there two parts.
    let parts = entrant.transport.kind == .kafka
    return TransportReport.Row(
      name: entrant.transport.name, kind: entrant.transport.kind, client: entrant.pair.client,
      options: entrant.transport.options, cold: entrant.cold.reported(parts: parts)!,
      oneInFlight: entrant.warm.reported(parts: parts),
      paced: entrant.paced.reported(parts: parts, isPaced: true), brokerTimes: entrant.brokerTimes)
  }

  private func notes(
    _ topics: ComparisonTopics?, _ rows: [TransportReport.Row], _ monitoring: String?
  ) -> [String]? {
    var notes = [topics?.note, monitoring].compactMap { $0 }
    if stop.isRequested { notes.append("stopped before the end") }
    let few = rows.filter { ($0.oneInFlight?.latency.count ?? 0) < options.sends }.map(\.name)
    if !few.isEmpty, !stop.isRequested {
      notes.append(
        "fewer than \(options.sends) sends in \(options.budget.fixed(0)) s: \(few.joined(separator: ", "))")
    }
    let slow = rows.filter { $0.paced == nil }.map(\.name)
    if !slow.isEmpty, !stop.isRequested {
      notes.append(
        "not paced, too slow for \(options.fps.fixed(0)) a second: \(slow.joined(separator: ", "))")
    }
    return notes.isEmpty ? nil : notes
  }
}
