import FoundationEssentials
public import FrameCore
import FrameFeed
import FrameLatency
import Glibc
import KafkaTransport

/// Measures feeds at camera rates on brokers of Apache Kafka that it starts: one and several feeds, one broker and
/// several, without and with TLS, and the clients side by side.
public final class LoadComparison {
  public struct Options: Sendable {
    public var fps = [15.0, 30, 60]
    public var feeds = [1, 8, 32]
    /// Sizes of the clusters.
    public var brokers = [1, 3]
    public var tls = [false, true]
    /// Turns of each client at each rate, and the length of one, s.
    public var rounds = 3
    public var seconds = 2.0
    /// Longest time for one payload, s.
    public var timeout = 60.0

    public init() {}
  }

  /// The client that others are compared with.
  private static let reference = "librdkafka in C"
  /// Sends that warm up a broker that has just started, ns.
  private static let warmUp: Int64 = 3_000_000_000
  /// The same when many feeds begin, ns.
  private static let warmUpOfMany: Int64 = 6_000_000_000

  private let files: PayloadFiles
  private let transports: [Transport]
  private let options: Options
  private let stop: StopSignal
  private let progress: (String) -> Void
  private let certificate: BrokerCertificate?
  private var rows: [LoadReport.Row] = []
  private var notes: [String] = []

  /// - Parameters:
  ///   - transports: the clients; one feed is measured with each, several with those that are programs of their own, as
  ///     interpreters and JVMs of 32 feeds leave no processor for the rest.
  ///   - stop: ends the comparison after the current turn.
  ///   - progress: called before each step.
  public init(
    _ files: PayloadFiles, _ transports: [Transport], _ options: Options, stop: StopSignal,
    progress: @escaping (String) -> Void
  ) throws(BenchError) {
    try LocalKafka.check()
    self.files = files
    self.transports = transports
    self.options = options
    self.stop = stop
    self.progress = progress
    certificate = options.tls.contains(true) ? try BrokerCertificate() : nil
  }

  /// Checks that brokers can be started here.
  public static func check() throws(BenchError) { try LocalKafka.check() }

  /// Runs the comparison. Blocks the calling thread.
  public func run(
    source: String, codec: String, skipped: [PeerList.Skipped]
  ) throws(BenchError) -> LoadReport {
    let (wall, started) = (FrameClock.now(), FrameClock.monotonic())
    var name = ""
    for count in options.brokers where !stop.isRequested {
      progress("starting \(count) \(count == 1 ? "broker" : "brokers")")
      do throws(BenchError) {
        var recipe = BrokerRecipe(nodes: count)
        recipe.certificate = certificate?.pair
        let kafka = try LocalKafka(recipe)
        name = kafka.name
        for tls in options.tls where !stop.isRequested {
          try measure(kafka, LoadReport.Place(brokers: count, tls: tls))
        }
      } catch {
        // What was measured before stays.
        guard !rows.isEmpty else { throw error }
        notes.append("not measured: \(LoadReport.name(.init(brokers: count, tls: false))): \(error.reason)")
      }
    }
    guard !rows.isEmpty else { throw .stopped }
    notes.append(
      "sources, brokers and sinks share the processors of this machine: a row that falls behind says what the machine carries, not what Kafka does"
    )
    if options.tls.contains(true), options.brokers.contains(where: { $0 > 1 }) {
      notes.append("TLS is between clients and brokers; brokers replicate without it")
    }
    notes += skipped.map { "skipped: \($0.name): \($0.reason)" }
    if stop.isRequested { notes.append("stopped before the end") }
    return LoadReport(
      started: RunReport.timestamp(wall), durationSeconds: Double(FrameClock.monotonic() - started) / 1e9,
      versions: Versions.all, broker: name, source: source, codec: codec, payloads: files.count,
      payloadBytes: files.meanBytes, rounds: options.rounds, seconds: options.seconds, rows: rows,
      notes: notes)
  }

  private func peerPlace(_ kafka: LocalKafka, _ place: LoadReport.Place, _ topic: String) -> PeerPlace {
    PeerPlace(
      payloads: files.directory, broker: place.tls ? kafka.secureBrokers ?? kafka.brokers : kafka.brokers,
      topic: topic, timeout: options.timeout, authority: place.tls ? certificate?.authority : nil)
  }

  /// Sends through brokers that have just started, until the compilers of their JVMs have done most of their work.
  private func warmUp(_ kafka: LocalKafka, _ place: LoadReport.Place) throws(BenchError) {
    guard let transport = transports.first(where: \.isProgram) ?? transports.first else { return }
    progress("\(LoadReport.name(place)): warming up")
    // Several topics, so that each broker leads some.
    let count = place.brokers == 1 ? 1 : 3 * place.brokers
    let topics = try LoadTopics(kafka, clients: 1, feeds: count, place.brokers, files)
    for topic in topics.names {
      let pair = try PeerPair(transport, peerPlace(kafka, place, topic))
      defer { pair.stop() }
      try pair.warmUp(Self.warmUp * Int64(place.brokers) / Int64(count), stop)
    }
    topics.delete()
    let (before, start) = (ProcessorTime.sum(of: kafka.nodes), FrameClock.monotonic())
    usleep(1_500_000)
    let idle = Double(ProcessorTime.sum(of: kafka.nodes) - before) / Double(FrameClock.monotonic() - start)
    notes.append(
      "\(LoadReport.name(place)): idle brokers take \((idle * 1000).fixed(0)) processor ms a second, which is in the broker's column"
    )
  }

  /// Sends many feeds of each client: brokers that are warm to one compile on, and stall, when many begin.
  private func warmUp(_ clients: [LoadedClient], _ place: LoadReport.Place, feeds: Int, nodes: [Int32]) {
    guard let fps = options.fps.min() else { return }
    progress("\(LoadReport.name(place)): warming up with \(feeds) feeds")
    let end = FrameClock.monotonic() + Self.warmUpOfMany
    repeat {
      for client in clients where client.failure == nil && !stop.isRequested {
        client.turn(frames: frames(fps), fps: fps, nodes: nodes)
      }
    } while FrameClock.monotonic() < end && clients.contains { $0.failure == nil } && !stop.isRequested
  }

  private func measure(_ kafka: LocalKafka, _ place: LoadReport.Place) throws(BenchError) {
    try warmUp(kafka, place)
    // The least load at which each client fell behind, frames/s.
    var limits: [String: Double] = [:]
    for feeds in options.feeds where !stop.isRequested {
      let clients = transports.filter { feeds == 1 || $0.isProgram }
      let topics = try LoadTopics(kafka, clients: clients.count, feeds: feeds, place.brokers, files)
      var running: [LoadedClient] = []
      defer {
        for client in running { client.stop() }
        topics.delete()
      }
      for (number, transport) in clients.enumerated() where !stop.isRequested {
        guard options.fps.contains(where: { Double(feeds) * $0 < limits[transport.name] ?? .infinity }) else {
          continue
        }
        progress("\(LoadReport.name(place)): starting \(feeds) of \(transport.name)")
        let places = topics.names[number * feeds..<(number + 1) * feeds].map { peerPlace(kafka, place, $0) }
        do throws(BenchError) {
          running.append(try LoadedClient(transport, places))
        } catch {
          limits[transport.name] = 0
          rows.append(row(place, feeds, options.fps[0], transport, skipped: error.reason))
        }
      }
      if feeds > 1 { warmUp(running, place, feeds: feeds, nodes: kafka.nodes) }
      for fps in options.fps.sorted() where !stop.isRequested {
        let load = Double(feeds) * fps
        let able = running.filter { load < limits[$0.transport.name] ?? .infinity && $0.failure == nil }
        try measure(able, place, feeds: feeds, fps: fps, nodes: kafka.nodes)
        for client in able where client.fellBehind(fps: fps) {
          limits[client.transport.name] = min(load, limits[client.transport.name] ?? .infinity)
        }
        for transport in clients where !able.contains(where: { $0.transport.name == transport.name }) {
          guard let limit = limits[transport.name], limit > 0, load >= limit else { continue }
          rows.append(
            row(place, feeds, fps, transport, skipped: "fell behind at \(limit.fixed(0)) frames/s already"))
        }
      }
    }
  }

  private func measure(
    _ clients: [LoadedClient], _ place: LoadReport.Place, feeds: Int, fps: Double, nodes: [Int32]
  ) throws(BenchError) {
    for client in clients { client.reset() }
    let frames = frames(fps)
    for round in 0..<options.rounds {
      for at in clients.indices where !stop.isRequested {
        let client = clients[(at + round) % clients.count]
        guard client.failure == nil else { continue }
        progress(
          "\(LoadReport.name(place)): \(feeds) x \(fps.fixed(0)) fps  round \(round + 1)/\(options.rounds)  \(client.transport.name)"
        )
        client.turn(frames: frames, fps: fps, nodes: nodes)
      }
    }
    let reference = clients.first { $0.transport.name == Self.reference && $0.failure == nil }?.medians ?? []
    for client in clients {
      var row = row(place, feeds, fps, client.transport, skipped: nil)
      client.fill(&row)
      let ratios = zip(client.medians, reference).map { $0 / $1 }
      if client.transport.name != Self.reference, !ratios.isEmpty { row.ratio = RatioInterval(ratios) }
      rows.append(row)
    }
  }

  /// Returns the number of frames of each feed in a turn.
  private func frames(_ fps: Double) -> Int { max(5, Int((options.seconds * fps).rounded())) }

  private func row(
    _ place: LoadReport.Place, _ feeds: Int, _ fps: Double, _ transport: Transport, skipped: String?
  ) -> LoadReport.Row {
    LoadReport.Row(
      brokers: place.brokers, tls: place.tls, feeds: feeds, fps: fps, client: transport.name, skipped: skipped
    )
  }
}

/// A topic of one partition for each feed of each client. A feed has the same leader whoever sends it: brokers are not
/// alike, as one of them leads the cluster, and some are warmer.
private struct LoadTopics {
  /// Bytes that all topics together may keep.
  private static let kept = 1_500_000_000

  let names: [String]
  private let admin: TopicAdmin

  init(
    _ kafka: LocalKafka, clients: Int, feeds: Int, _ replicas: Int, _ files: PayloadFiles
  ) throws(BenchError) {
    // Retention is checked twice a second: a reader that is behind must not lose what it has to check.
    let count = clients * feeds
    let bytes = max(16 * (files.largest + FrameProducer.overhead), Self.kept / (count * replicas))
    var settings = TopicSettings(
      configuration: ["retention.bytes": "\(bytes)", "segment.bytes": "\(bytes)"])
    let name = UUID().uuidString.prefix(8).lowercased()
    names = (0..<count).map { "load-\(name)-\($0)" }
    do throws(TransportError) {
      admin = try TopicAdmin(KafkaSettings(brokers: kafka.brokers))
      for (number, name) in names.enumerated() {
        settings.replicas = [kafka.replicas(replicas, leader: number % feeds)]
        try admin.create(name, settings)
      }
    } catch {
      throw .transport(error)
    }
  }

  func delete() { for name in names { try? admin.delete(name) } }
}
