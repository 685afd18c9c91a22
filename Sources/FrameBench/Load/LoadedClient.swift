import FrameCore
import FrameLatency
import Glibc

/// The feeds of one client: a pair of processes each.
final class LoadedClient {
  /// How long the pair of a single feed is warmed up, ns: a JVM compiles its client meanwhile. Pairs of many feeds send a
  /// few payloads each.
  private static let warmUp: Int64 = 2_000_000_000
  private static let settling = 10
  /// Sends of each pair that are not counted after it was suspended.
  private static let resuming = 3

  let transport: Transport
  private let pairs: [PeerPair]
  private(set) var failure: String?
  private var latency = DurationHistogram()
  private var missed = 0
  private var flow = (frames: 0, seconds: 0.0)
  private var processor = (source: Int64(0), broker: Int64(0), sink: Int64(0))
  /// Median latencies of each turn, ms.
  private(set) var medians: [Double] = []

  /// Starts the processes, one pair per place, and sends some payloads.
  init(_ transport: Transport, _ places: [PeerPlace]) throws(BenchError) {
    self.transport = transport
    var pairs: [PeerPair] = []
    for place in places {
      let pair = try PeerPair(transport, place)
      let end = FrameClock.monotonic() + (places.count == 1 ? Self.warmUp : 0)
      _ = try pair.oneInFlight(.max) { $0 >= Self.settling && FrameClock.monotonic() >= end }
      pair.suspend()
      pairs.append(pair)
    }
    self.pairs = pairs
  }

  /// Forgets what was measured: the next rate begins.
  func reset() {
    (latency, missed, flow, processor, medians) = (DurationHistogram(), 0, (0, 0), (0, 0, 0), [])
  }

  /// Sends frames of all feeds at a fixed rate; each feed begins a fraction of an interval after the one before.
  /// - Parameter nodes: the processes of the broker.
  func turn(frames: Int, fps: Double, nodes: [Int32]) {
    for pair in pairs { pair.resume() }
    defer { if failure == nil { for pair in pairs { pair.suspend() } } }
    let own = DurationHistogram()
    let interval = FrameClock.nanoseconds(1 / fps)
    var span: Int64 = 0
    var before = (source: Int64(0), broker: Int64(0), sink: Int64(0))
    do throws(BenchError) {
      for pair in pairs { _ = try pair.oneInFlight(Self.resuming) }
      before = times(nodes)
      for (number, pair) in pairs.enumerated() {
        if number > 0 { usleep(UInt32(interval / Int64(pairs.count) / 1000)) }
        try pair.startPaced(frames, fps: fps)
      }
      for pair in pairs {
        let passages = try pair.passages(frames)
        span = max(span, Self.span(passages, interval: interval))
        for passage in passages {
          let time = passage.received - passage.start
          own.record(time)
          latency.record(time)
          if time > interval { missed += 1 }
        }
      }
    } catch {
      failure = error.reason
      stop()
      return
    }
    let after = times(nodes)
    processor.source += after.source - before.source
    processor.broker += after.broker - before.broker
    processor.sink += after.sink - before.sink
    flow.frames += frames * pairs.count
    flow.seconds += Double(span) / 1e9
    if let summary = own.summary() { medians.append(summary.p50) }
  }

  /// Returns how long the frames of a feed took, ns: the intervals in which they were due, and by how much the last
  /// arrived later than one interval after it was due, as it does when frames queue.
  static func span(_ passages: [PeerPair.Passage], interval: Int64) -> Int64 {
    let late = (passages.map(\.received).max() ?? 0) - (passages.map(\.start).max() ?? 0) - interval
    return Int64(passages.count) * interval + max(0, late)
  }

  private func times(_ nodes: [Int32]) -> (source: Int64, broker: Int64, sink: Int64) {
    let processes = pairs.map(\.processes)
    return (
      ProcessorTime.sum(of: processes.map(\.sender)), ProcessorTime.sum(of: nodes),
      ProcessorTime.sum(of: processes.map(\.receiver))
    )
  }

  /// Writes what was measured into a row.
  func fill(_ row: inout LoadReport.Row) {
    guard failure == nil, flow.frames > 0 else {
      row.skipped = failure ?? "the comparison was stopped"
      return
    }
    row.latency = latency.summary()
    row.missed = missed
    row.arrivedFps = Double(flow.frames) / max(flow.seconds, 1e-9)
    let frames = Double(flow.frames) * 1e6
    row.processor = LoadReport.Processor(
      source: Double(processor.source) / frames, broker: Double(processor.broker) / frames,
      sink: Double(processor.sink) / frames)
  }

  /// Whether fewer frames arrived than were due: queues grow.
  func fellBehind(fps: Double) -> Bool {
    failure == nil && flow.seconds > 0
      && Double(flow.frames) / flow.seconds < LoadReport.sustained * fps * Double(pairs.count)
  }

  func stop() { for pair in pairs { pair.stop() } }
}
