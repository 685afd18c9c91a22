import FrameCore
import FrameModels
import FrameTensors
import KafkaTransport
import Testing

@testable import FrameFeed

import Glibc

/// As many frames are decoded at a time as there are decoders, whatever the batch: with three tensors, as there once
/// were, no more than three batches could be filled.
@Suite struct DecoderScaleTests {
  /// Counts how many are at it at the same time.
  private struct Crowd {
    var now = 0
    var most = 0
    mutating func enter() {
      now += 1
      most = max(most, now)
    }
    mutating func leave() { now -= 1 }
  }

  /// A decode that takes 10 ms: `(decoders, batch)`.
  @Test(arguments: [(1, 1), (2, 1), (4, 1), (8, 1), (16, 1), (16, 4), (5, 8)])
  func allDecodersAreAtWork(decoders: Int, batch: Int) throws {
    let lonely = try LonelySink {
      $0.decoders = decoders
      $0.model.input = TensorSpec(width: 4, height: 4, batch: batch, batchTimeoutMilliseconds: 1000)
    }
    let (options, tally) = (lonely.sink.options, lonely.sink.tally)
    let model = NullModel(options.model)
    let line = BatchLine(
      TensorPool(spec: options.model.input, batches: options.batches(of: options.model.input, inFlight: 1)),
      decoders: decoders)
    let rejections = Rejections(options, tally, lonely.sink.failure, letters: nil)
    let consumer = FakeConsumer()
    let intake = EveryFrameIntake(
      frames: nil, RecordAccounting(options, tally, rejections), line,
      AnsweredRecords(consumer: consumer, failure: lonely.sink.failure))
    let answers = ModelAnswers(line: line, intake: intake, model: model, results: nil, rejections, tally) {
      _ in
    }
    let crowd = Lock(Crowd())
    let start = FrameClock.monotonic()
    let threads = (0..<decoders).map { number in
      PipelineThread("test-decoder") {
        while let work = intake.next() {
          guard line.tensor(work.place, decoder: number) != nil else { return }
          crowd.withLock { $0.enter() }
          usleep(10_000)
          crowd.withLock { $0.leave() }
          line.finish(work.place, .ready(DecodeTimes(began: 0, ended: 0, tensor: 0), nil))
        }
      }
    }
    let stage = InferenceStage(line: line, answers: answers)
    let asking = PipelineThread("test-model") { stage.run() }
    let frames = 12 * decoders
    for offset in 0..<frames {
      let record = FakeConsumer.record(feed: "a", FakeConsumer.picture, SampleFrame.place(offset))
      let left = intake.offer(record, deadline: .max)
      let isTaken = left == nil
      #expect(isTaken)
    }
    intake.close()
    for thread in threads { thread.join() }
    line.close()
    asking.join()
    let seconds = Double(FrameClock.monotonic() - start) / 1e9
    #expect(consumer.done.map(\.offset) == (0..<Int64(frames)).map { $0 })
    // All, unless the machine is so busy that some threads start when the work is done.
    #expect(crowd.withLock { $0.most } >= (decoders + 1) / 2)
    print("decode of 10 ms, \(decoders) decoders, batch \(batch): \(Int(Double(frames) / seconds)) frames/s")
  }
}
