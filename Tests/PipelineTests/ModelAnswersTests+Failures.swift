import FrameCore
import FrameLatency
import FrameModels
import FrameTensors
import KafkaTransport
import Testing

@testable import FrameFeed

/// A batch or the results fail.
extension ModelAnswersTests {
  private func expectFailure(
    _ said: String, done: [Int64], _ body: (LateModel) -> Void
  ) throws {
    let model = LateModel(inFlight: 3)
    let setup = try Setup(model, frames: 4)
    model.wait(for: 3)
    body(model)
    setup.thread.join()
    #expect(setup.done == done)
    let error = try #require(setup.failure.error)
    #expect("\(error)".contains(said), "\(error)")
    // What is said of others then is passed over.
    while model.count > 0 { model.answer(0) }
    #expect(setup.done == done)
  }

  /// A batch fails while a decoder waits for a tensor, and the model's thread for that decoder: both end.
  @Test func aFailureEndsWhoWaits() throws {
    let model = LateModel(inFlight: 3)
    let lonely = try LonelySink()
    let rejections = Rejections(lonely.sink.options, lonely.sink.tally, lonely.sink.failure, letters: nil)
    let line = BatchLine(TensorPool(spec: model.manifest.input, batches: 2), decoders: 1)
    let intake = EveryFrameIntake(
      frames: nil, RecordAccounting(lonely.sink.options, lonely.sink.tally, rejections), line,
      AnsweredRecords(consumer: FakeConsumer(), failure: lonely.sink.failure))
    let answers = ModelAnswers(
      line: line, intake: intake, model: model, results: nil, rejections, lonely.sink.tally
    ) { _ in line.abandon() }
    let stage = InferenceStage(line: line, answers: answers)
    let asking = PipelineThread("test-model") { stage.run() }
    func place(_ sequence: Int) throws -> BatchLine.Place {
      let frame = PlacedFrame(description: SampleFrame.description(sequence), received: 0)
      return try #require(line.place(frame, SampleFrame.place(sequence)))
    }
    for sequence in 0..<2 {
      let place = try place(sequence)
      _ = line.tensor(place, decoder: 0)
      line.finish(place, .ready(DecodeTimes(began: 0, ended: 0, tensor: 0), nil))
    }
    model.wait(for: 2)
    let last = try place(2)
    let hasTensor = Lock<Bool?>(nil)
    let decoding = PipelineThread("test-decoder") {
      let tensor = line.tensor(last, decoder: 0)
      hasTensor.withLock { $0 = tensor != nil }
    }
    model.remove(0)?.fail(.inference(model: "late", reason: "gone"))
    asking.join()
    decoding.join()
    #expect(hasTensor.withLock { $0 } == false)
    model.answer(0)
  }

  @Test func whatIsNotAnsweredIsNotDone() throws {
    try expectFailure("out of memory", done: [0, 1]) { model in
      model.answer(0)
      model.remove(1)?.fail(.inference(model: "late", reason: "out of memory"))
      model.answer(0)
    }
  }

  @Test func aBatchThatIsDroppedIsReadAgain() throws {
    try expectFailure("it released a batch without an answer", done: [0]) { model in
      model.answer(0)
      do { _ = model.remove(0) }
    }
  }

  @Test func rowsThatDoNotFitFailTheBatch() throws {
    try expectFailure("its answer is wrong: 0 rows for 1 frames", done: []) { model in
      model.remove(0)?.answer(AnswerRows())
    }
  }

  @Test func resultsThatCannotBeSavedAreNotDone() throws {
    let model = LateModel(inFlight: 4)
    let setup = try Setup(model, frames: 4, Results(failingAt: 2))
    model.wait(for: 4)
    for _ in 0..<4 { model.answer(0) }
    setup.thread.join()
    #expect(setup.done == [0, 1])
    #expect(setup.failure.error != nil)
  }
}
