import FoundationEssentials
import FrameCore
import FrameLatency
import KafkaTransport
import LogLines

/// The sink's side of clock synchronisation: requests the clocks of all sources, on its own thread.
struct ClockSync {
  /// The time between requests, ns: `burst` while there are few answers, `steady` to follow the drift.
  private static let burst: Int64 = 100_000_000
  private static let steady: Int64 = 1_000_000_000
  /// The most requests that may still be answered.
  private static let open = 64

  private let stopSignal = StopSignal()
  private let thread: PipelineThread

  init(_ options: SinkOptions, _ tally: SinkTally) {
    let stopSignal = stopSignal
    thread = PipelineThread("clock-sync") {
      do throws(TransportError) {
        try Self.ask(options, tally, stopSignal)
      } catch {
        options.log.warning("clocks are not synchronised: \(error)")
      }
    }
  }

  private static func ask(
    _ options: SinkOptions, _ tally: SinkTally, _ stop: StopSignal
  ) throws(TransportError) {
    let topic = try SyncTopic(options.topic, options.kafka, options.log)
    defer { topic.close() }
    let sink = UUID().uuidString.lowercased()
    var asked: [Int64] = []
    var next: Int64 = 0
    while !stop.isRequested {
      if FrameClock.monotonic() >= next {
        if asked.count == Self.open { asked.removeFirst() }
        let now = FrameClock.now()
        asked.append(now)
        try topic.send(.ask(sink: sink, asked: now))
        next = FrameClock.monotonic() + (tally.clocks.wantsMore ? burst : steady)
      }
      switch try topic.poll() {
      case .record(.answer(sink, let domain, let time, let received, let answered), let heard):
        // Answers to unknown requests are ignored.
        guard asked.contains(time),
          let exchange = ClockExchange(asked: time, received: received, answered: answered, heard: heard)
        else {
          tally.malformedSync.add()
          break
        }
        tally.clocks.add(exchange, clock: domain)
      case .record(.here(let domain), _) where domain != FrameClock.domain: next = 0
      case .record, .nothing: break
      case .malformed: tally.malformedSync.add()
      }
    }
  }

  /// Stops the thread and waits for its end.
  func stop() {
    stopSignal.request()
    thread.join()
  }
}
