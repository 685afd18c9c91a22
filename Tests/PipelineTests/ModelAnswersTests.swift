import FrameCore
import FrameLatency
import FrameModels
import FrameTensors
import KafkaTransport
import Testing

@testable import FrameFeed

/// What models say, and what becomes of it: in order, whatever order they say it in.
@Suite struct ModelAnswersTests {
  final class Results: ResultWriter {
    let lines = Lock<[String]>([])
    let flushes = Counter()
    private let failing: Int

    init(failingAt failing: Int = .max) { self.failing = failing }

    func write(_ row: ResultRow) throws(FeedError) {
      var line: [UInt8] = []
      row.write(to: &line)
      let text = String(decoding: line, as: UTF8.self)
      let count = lines.withLock { lines in
        lines.append(text)
        return lines.count
      }
      if count > failing { throw .output(file: "results", reason: "no space") }
    }
    func flush() throws(FeedError) { flushes.add() }
    func close() throws(FeedError) { lines.withLock { $0.append("closed") } }
    func abandon() {}
  }

  struct Setup {
    let consumer = FakeConsumer()
    let line: BatchLine
    let answers: ModelAnswers
    let tally: SinkTally
    let failure: SinkFailure
    let intake: EveryFrameIntake
    let lines: LonelySink.Lines
    let thread: PipelineThread

    /// Frames 0, 1, 2 ... are in the line, each in its tensor, and the line ends behind them.
    init(_ model: any Model, frames: Int, rejected: Set<Int> = [], _ results: (any ResultWriter)? = nil)
      throws
    {
      let lonely = try LonelySink()
      (tally, failure, lines) = (lonely.sink.tally, lonely.sink.failure, lonely.lines)
      let rejections = Rejections(lonely.sink.options, tally, failure, letters: nil)
      line = BatchLine(TensorPool(spec: model.manifest.input, batches: frames + 1), decoders: 1)
      intake = EveryFrameIntake(
        frames: nil, RecordAccounting(lonely.sink.options, tally, rejections), line,
        AnsweredRecords(consumer: consumer, failure: failure))
      answers = ModelAnswers(line: line, intake: intake, model: model, results: results, rejections, tally) {
        [failure, line] error in
        failure.report(error)
        line.abandon()
      }
      for sequence in 0..<frames {
        let now = FrameClock.now()
        let frame = PlacedFrame(
          description: SampleFrame.description(sequence, scheduled: now - 5_000_000),
          received: now - 3_000_000)
        let place = try #require(line.place(frame, SampleFrame.place(sequence)))
        _ = line.tensor(place, decoder: 0)
        let times = DecodeTimes(began: now - 2_000_000, ended: now - 1_000_000, tensor: 400_000)
        line.finish(place, rejected.contains(sequence) ? .rejected : .ready(times, nil))
      }
      line.close()
      let stage = InferenceStage(line: line, answers: answers)
      thread = PipelineThread("test-model") { stage.run() }
    }

    var done: [Int64] { consumer.done.map(\.offset) }
  }

  @Test func resultsAndPositionsLeaveInOrder() throws {
    let model = LateModel(inFlight: 3)
    let results = Results()
    let setup = try Setup(model, frames: 4, results)
    model.wait(for: 3)
    model.answer(2)
    model.answer(1)
    #expect(setup.done == [] && results.lines.withLock { $0.isEmpty })
    #expect(model.count == 1, "a fourth waits until there is room")
    model.answer(0)
    #expect(setup.done == [0, 1, 2])
    model.wait(for: 1)
    model.answer(0)
    setup.thread.join()
    #expect(setup.done == [0, 1, 2, 3])
    let lines = results.lines.withLock { $0 }
    #expect(lines.count == 5 && lines.last == "closed")
    #expect(lines[0].contains(#""outputs":{"x":0.0,"boxes":[]}"#), "\(lines)")
    #expect(lines[2].contains(#""sequence":2"#))
    #expect(lines[2].contains(#""outputs":{"x":2.0,"boxes":[[0.0,1.0],[2.0,3.0]]}"#))
    #expect(setup.tally.inferred.value == 4 && setup.failure.error == nil)
  }

  @Test func aFrameThatIsRefusedCostsNoOther() throws {
    let model = LateModel(inFlight: 1, batch: 3)
    let results = Results()
    let setup = try Setup(model, frames: 3, results)
    model.wait(for: 1)
    model.answer(0, refusing: [1])
    setup.thread.join()
    #expect(setup.done == [0, 1, 2])
    #expect(setup.tally.inferred.value == 2 && setup.tally.rejected.value == 1)
    #expect(setup.lines.texts.contains("frames[0]@1: rejected: the model has no answer: too dark"))
    #expect(results.lines.withLock { $0.count } == 3)
  }

  /// What was rejected before takes no part; a batch of nothing else passes the model by.
  @Test func rejectedFramesTakeNoPart() throws {
    let model = LateModel(inFlight: 2, batch: 2)
    let setup = try Setup(model, frames: 4, rejected: [0, 2, 3])
    model.wait(for: 1)
    guard let batch = model.remove(0) else { throw FeedError.option("no batch") }
    let frames = "\(batch.frames.map(\.sequence)) \(batch.tensor.count)"
    var rows = AnswerRows()
    rows.beginFrame(outputs: 2)
    rows.append([1])
    rows.append([])
    batch.answer(rows)
    #expect(frames == "[Optional(1)] 1")
    setup.thread.join()
    #expect(setup.done == [0, 1, 2, 3] && setup.tally.inferred.value == 1)
  }

  /// From many threads at once, in any order.
  @Test func answersFromManyThreads() throws {
    let frames = 400
    let model = LateModel(inFlight: 8)
    let results = Results()
    let setup = try Setup(model, frames: frames, results)
    let left = Lock(frames)
    let threads = (0..<4).map { _ in
      PipelineThread("test-answers") {
        while left.withLock({ left in
          guard left > 0 else { return false }
          left -= 1
          return true
        }) {
          model.answerAny()
        }
      }
    }
    for thread in threads { thread.join() }
    setup.thread.join()
    #expect(setup.done == (0..<Int64(frames)).map { $0 })
    #expect(results.lines.withLock { $0.count } == frames + 1)
  }

  /// Of each frame the stages from when it was due add up to its end to end latency.
  @Test func stagesAddUp() throws {
    let model = LateModel(inFlight: 1)
    let setup = try Setup(model, frames: 1)
    model.wait(for: 1)
    model.answer(0)
    setup.thread.join()
    let stages = setup.tally.latency
    let sum = [Stage.decodeWait, .decode, .batchWait, .infer].reduce(0.0) {
      $0 + (stages.summary($1)?.max ?? -99)
    }
    let whole = try #require(stages.summary(.endToEnd)?.max)
    // It was received 2 ms after it was due, which the sender and the way account for.
    #expect(abs(sum + 2 - whole) < 0.05, "\(sum) \(whole)")
    #expect(stages.summary(.tensor)?.max ?? 0 < stages.summary(.decode)?.max ?? 0)
  }
}
