import FrameCore
import Synchronization

/// The threads of one sink beside the fetching one: decoders and model.
final class SinkStages: Sendable {
  private let intake: any FrameIntake
  private let line: BatchLine
  private let decoders: [DecodeStage]
  private let inference: InferenceStage
  private let failure: SinkFailure
  /// Threads that have not ended.
  private let running = Monitor((decoders: 0, model: 0))

  init(
    intake: any FrameIntake, line: BatchLine, decoders: [DecodeStage], inference: InferenceStage,
    failure: SinkFailure
  ) {
    self.intake = intake
    self.line = line
    self.decoders = decoders
    self.inference = inference
    self.failure = failure
  }

  /// Starts the threads. They end when the intake is closed and what was in it has been answered.
  func start() {
    running.withLock { $0 = (decoders.count, 1) }
    for decoder in decoders {
      _ = PipelineThread("frame-decoder") { [self] in
        decoder.run()
        let last = running.withLock { running in
          running.decoders -= 1
          return running.decoders == 0
        }
        if last { line.close() }
      }
    }
    _ = PipelineThread("frame-model") { [self] in
      do throws(FeedError) {
        try inference.run()
      } catch {
        failure.report(error)
        // Nothing is answered any more, so nothing need wait for it.
        intake.discard()
        line.close()
      }
      running.withLock { $0.model = 0 }
      running.wakeAll()
    }
  }

  /// Waits until everything handed out has been answered; once a stop is asked for no longer than `timeout` (s).
  /// - Returns: false when a thread is still at work: the model does not come back. It is left alone then.
  func drain(_ stop: StopSignal, timeout: Double) -> Bool {
    var deadline = Int64.max
    while true {
      let now = FrameClock.monotonic()
      if deadline == .max, stop.isRequested { deadline = now + Int64(timeout * 1e9) }
      guard now < deadline else { break }
      let step = min(deadline, now + 100_000_000)
      if hasEnded(by: step) { return true }
    }
    intake.discard()
    line.abandon()
    return hasEnded(by: FrameClock.monotonic() + 500_000_000)
  }

  private func hasEnded(by deadline: Int64) -> Bool {
    running.withLock(waitingUntil: { $0.decoders == 0 && $0.model == 0 }, deadline: deadline) {
      $0.decoders == 0 && $0.model == 0
    }
  }
}
