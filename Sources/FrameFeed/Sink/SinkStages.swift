import FrameCore
import Synchronization

/// The threads of a sink besides the fetching one: decoders and model.
final class SinkStages: Sendable {
  private let intake: any FrameIntake
  private let line: BatchLine
  private let decoders: [DecodeStage]
  private let inference: InferenceStage
  private let answers: ModelAnswers
  /// Threads that have not ended.
  private let running = Monitor((decoders: 0, model: 0))

  init(
    intake: any FrameIntake, line: BatchLine, decoders: [DecodeStage], answers: ModelAnswers
  ) {
    self.intake = intake
    self.line = line
    self.decoders = decoders
    self.answers = answers
    inference = InferenceStage(line: line, answers: answers)
  }

  /// Starts the threads. They end when the intake is closed and its records are answered.
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
        running.wakeAll()
      }
    }
    _ = PipelineThread("frame-model") { [self] in
      inference.run()
      running.withLock { $0.model = 0 }
      running.wakeAll()
    }
  }

  /// Waits until all fetched records are answered; after a stop until the drain deadline. A model that has not returned
  /// by then is abandoned.
  /// - Parameters:
  ///   - serve: called repeatedly, so that the sink stays in its group.
  ///   - abandon: called at the deadline.
  func drain(until drain: DrainDeadline, serving serve: () -> Void, abandon: () -> Void) {
    while true {
      let (now, deadline) = (FrameClock.monotonic(), drain.deadline)
      guard now < deadline else { break }
      if hasEnded(by: min(deadline, now + 50_000_000)) { return }
      serve()
    }
    abandon()
    intake.discard()
    line.abandon()
    answers.abandon()
    _ = hasEnded(by: FrameClock.monotonic() + 500_000_000)
  }

  private func hasEnded(by deadline: Int64) -> Bool {
    running.withLock(waitingUntil: { $0.decoders == 0 && $0.model == 0 }, deadline: deadline) {
      $0.decoders == 0 && $0.model == 0
    }
  }
}
