import FrameCodecs
import FrameCore
import FrameLatency
import FrameSources
import LogLines
import Synchronization
import Testing

@testable import FrameFeed

/// Encoders and sender, from a queue of captured frames on.
@Suite struct SendStageTests {
  private struct Sent {
    var ending = SendStage.Ending()
    var tally = StreamTally()
    var told: [String] = []
  }

  /// Runs the stages over frames that are there already, of which some can be encoded.
  private static func send(
    _ frames: [ScriptedSource.Reading], _ producer: ScriptedProducer, encoders: Int = 1,
    codec: String = "raw"
  ) throws -> Sent {
    let lines = Mutex<[String]>([])
    let log = Log(level: .warning) { line in lines.withLock { $0.append(line.message) } }
    var sent = Sent()
    let tally = sent.tally
    let pool = FramePool(buffers: 500)
    let queue = BoundedQueue<CapturedFrame>(capacity: 300)
    let source = ScriptedSource(frames)
    reading: while true {
      let reading = try source.next(into: pool)
      switch consume reading {
      case .frame(var frame):
        tally.read.add()
        frame.scheduled = FrameClock.now() - 1_000_000
        frame.captured = frame.scheduled + 400_000
        queue.push(frame)
      case .rejected: break reading
      case .end: break reading
      }
    }
    queue.close()
    let workers = OrderedWorkers<CapturedFrame, EncodedFrame>(queue, capacity: 2 * encoders)
    let codec = try Codec(codec)
    let threads = (0..<encoders).map { _ in
      let stage = EncodeStage(
        encoder: FrameEncoder(codec: codec), workers: workers, pool: pool, tally: tally, log: log)
      return PipelineThread("encoder") { stage.run() }
    }
    sent.ending = SendStage(producer: producer, workers: workers, tally: tally, log: log).run()
    workers.abort()
    for thread in threads { thread.join() }
    sent.told = lines.withLock { $0 }
    return sent
  }

  @Test(arguments: [1, 2, 4]) func framesAreNumberedInTheOrderOfCapture(_ encoders: Int) throws {
    let producer = ScriptedProducer()
    let frames = (0..<120).map { $0 % 7 == 3 ? ScriptedSource.Reading.broken : .frame }
    let sent = try Self.send(frames, producer, encoders: encoders, codec: "zstd")
    let taken = producer.taken.frames
    let good = frames.indices.count { $0 % 7 != 3 }
    #expect(sent.ending.sent == good && sent.ending.failure == nil && sent.tally.sent.value == good)
    #expect(taken.map(\.sequence) == Array(0..<good))
    // Those that cannot be encoded are told and counted, and leave no hole.
    #expect(sent.tally.rejected == 120 - good && sent.told.count == 120 - good)
    #expect(sent.tally.unsent == 0)
  }

  /// Each record says how many frames of the run were not sent before it, as far as was known then.
  @Test func whatIsNotSentIsSaidByTheNext() throws {
    let producer = ScriptedProducer(.tooLarge(3))
    let frames = [true, false, true, true, true, false].map { $0 ? ScriptedSource.Reading.frame : .broken }
    let sent = try Self.send(frames, producer)
    #expect(producer.taken.frames.map(\.first) == [0, 2, 4])
    let dropped = producer.taken.dropped
    #expect(dropped.count == 3 && dropped == dropped.sorted() && dropped[1] >= 1 && dropped[2] >= 2)
    #expect(sent.tally.passedOver == 3)
  }

  /// Of each frame, the stages add up to the time from when it was due until it was sent, to the nanosecond; each
  /// stage has the frames that were sent, and no others.
  @Test(arguments: [1, 3]) func theStagesAddUp(_ encoders: Int) throws {
    let producer = ScriptedProducer(.tooLarge(20), delay: 300_000)
    let frames = (0..<60).map { $0 == 9 ? ScriptedSource.Reading.broken : .frame }
    let sent = try Self.send(frames, producer, encoders: encoders)
    let stamps = producer.taken.frames.map(\.stamps)
    #expect(stamps.count == 58)
    let whole = stamps.reduce(0) { $0 + Double($1.sent - $1.scheduled) } / 58
    let stages = [Stage.pace, .encodeWait, .encode, .queue].compactMap { sent.tally.latency.summary($0) }
    #expect(stages.map(\.count) == [58, 58, 58, 58])
    // Means are exact, but for the last bits of a floating point number: 0.1 ns.
    let sum = stages.reduce(0) { $0 + $1.mean } * 1e6
    #expect(abs(sum - whole) < 0.1, "\(sum) \(whole)")
    // The wait for an encoder is not encoding: with a sender that takes 0.3 ms each, it is most of the time.
    #expect(stages[1].mean > stages[2].mean)
  }

  /// One large frame amid others is only that frame; a feed of which the first does not fit is not sent.
  @Test func aFrameThatIsTooLarge() throws {
    let producer = ScriptedProducer(.tooLarge(2))
    let sent = try Self.send([.frame, .frame, .frame, .frame], producer)
    #expect(sent.ending.sent == 3 && sent.ending.failure == nil && sent.tally.rejected == 1)
    #expect(producer.taken.frames.map(\.first) == [0, 1, 3] && sent.told.count == 1)
    let first = try Self.send([.frame, .frame], ScriptedProducer(.tooLarge(0)))
    #expect(first.ending.sent == 0 && first.ending.failure != nil)
  }

  /// A client that gives up: the number of frames it took is known all the same.
  @Test func aClientThatGivesUp() throws {
    let sent = try Self.send([.frame, .frame, .frame, .frame], ScriptedProducer(.failsAfter(2)), encoders: 2)
    let failure = try #require(sent.ending.failure)
    #expect(sent.ending.sent == 2 && "\(failure)".contains("it gave up"))
    #expect(sent.tally.unsent == 2)
  }
}
