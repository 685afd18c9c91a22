import FrameCore
import KafkaTransport
import LogLines

/// The source's side of clock synchronisation: answers the requests of sinks, on its own thread, so that the feed never
/// waits for it.
struct ClockAnswers {
  private let stopSignal = StopSignal()
  private let thread: PipelineThread

  init(_ options: StreamOptions) {
    let stopSignal = stopSignal
    thread = PipelineThread("clock-answers") {
      do throws(TransportError) {
        try Self.answer(options, stopSignal)
      } catch {
        options.log.warning("clocks are not synchronised: \(error)")
      }
    }
  }

  private static func answer(_ options: StreamOptions, _ stop: StopSignal) throws(TransportError) {
    let topic = try SyncTopic(options.topic, options.kafka, options.log)
    defer { topic.close() }
    try topic.send(.here(domain: FrameClock.domain))
    while !stop.isRequested {
      guard case .record(.ask(let sink, let asked), let received) = try topic.poll() else { continue }
      try topic.send(
        .answer(
          sink: sink, domain: FrameClock.domain, asked: asked, received: received, answered: FrameClock.now())
      )
    }
  }

  /// Stops the thread and waits for its end.
  func stop() {
    stopSignal.request()
    thread.join()
  }
}
