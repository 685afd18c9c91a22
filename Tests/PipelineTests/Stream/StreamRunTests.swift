import FrameCodecs
import FrameCore
import FrameSources
import LogLines
import Testing

@testable import FrameFeed

/// All stages of a stream with a source and a producer in memory: every way in which a feed can end leads through the
/// same end.
@Suite struct StreamRunTests {
  private struct Ran {
    var end = StreamRun.End()
    var tally = StreamTally()
    var producer: ScriptedProducer
    var given: Int

    /// Each frame of the source is in one count.
    var isAccountedFor: Bool {
      tally.read.value == given
        && given == tally.sent.value + tally.refused.value + tally.dropped.value + tally.notDue.value
          + tally.unsent
    }
  }

  private static func run(
    _ source: ScriptedSource, _ producer: ScriptedProducer, pace: FrameSchedule.Pace = .asFastAsPossible,
    drain: Double = 20, encoders: Int = 1, whenFull: QueuePolicy = .block,
    meanwhile: (_ stop: () -> Void) -> Void = { _ in }
  ) throws -> Ran {
    var options = try StreamOptions.script()
    options.drainTimeout = drain
    options.encoders = encoders
    options.whenFull = whenFull
    let tally = StreamTally()
    let (asked, stages) = (StopSignal(), StopSignal())
    let answer = Monitor<StreamRun.End?>(nil)
    let (final, deadline) = (options, DrainDeadline(asked, timeout: drain))
    let thread = PipelineThread("run") {
      var run = StreamRun(
        StreamStages(source, final, pace, producer, tally, stages), producer, final, tally, deadline)
      let end = run.run()
      answer.withLock { $0 = end }
    }
    meanwhile {
      // As the streamer does.
      asked.request()
      stages.request()
      source.close()
    }
    thread.join()
    let end = try #require(answer.withLock { $0 })
    return Ran(end: end, tally: tally, producer: producer, given: source.given)
  }

  @Test(arguments: [1, 2, 4]) func theSourceEnds(_ encoders: Int) throws {
    // The sender is the slowest: when the feed ends, encoders wait for it.
    let ran = try Self.run(
      ScriptedSource(Array(repeating: .frame, count: 80)), ScriptedProducer(delay: 300_000),
      encoders: encoders)
    #expect(ran.producer.taken.frames.map(\.first) == (0..<80).map { UInt8($0) })
    #expect(ran.producer.taken.ends == [80] && ran.isAccountedFor && ran.tally.unsent == 0)
    #expect(ran.end.ending.isAnswered && ran.end.ending.halt == nil)
  }

  /// The drain timeout bounds the sending after a stop alone: a source that ends by itself sends all.
  @Test func theSourceEndsWithoutTimeToDrain() throws {
    let ran = try Self.run(
      ScriptedSource(Array(repeating: .frame, count: 40)), ScriptedProducer(delay: 2_000_000), drain: 0)
    #expect(ran.producer.taken.ends == [40] && ran.isAccountedFor && ran.tally.unsent == 0)
    #expect(ran.end.ending.halt == nil)
  }

  @Test(arguments: [1, 3]) func theSourceFails(_ encoders: Int) throws {
    let ran = try Self.run(
      ScriptedSource(Array(repeating: .frame, count: 40) + [.fail]), ScriptedProducer(delay: 300_000),
      encoders: encoders)
    // What was read before goes out, with its end.
    #expect(ran.producer.taken.frames.count == 40 && ran.producer.taken.ends == [40])
    let failure = try #require(ran.end.readFailure)
    #expect("\(failure)".contains("ends here") && ran.isAccountedFor)
  }

  @Test(arguments: [1, 4]) func theClientGivesUp(_ encoders: Int) throws {
    let ran = try Self.run(
      ScriptedSource(Array(repeating: .frame, count: 90)), ScriptedProducer(.failsAfter(25)),
      encoders: encoders)
    #expect(ran.producer.taken.frames.count == 25 && ran.producer.taken.ends == [25])
    #expect(ran.end.sendFailure != nil && ran.end.ending.halt == .failure)
    #expect(ran.isAccountedFor && ran.tally.unsent > 0)
  }

  @Test func nothingFits() throws {
    let ran = try Self.run(
      ScriptedSource(Array(repeating: .frame, count: 9)), ScriptedProducer(.tooLarge(0)))
    #expect(ran.producer.taken.frames.isEmpty && ran.producer.taken.ends.isEmpty)
    #expect(ran.end.sendFailure != nil && ran.end.ending.sent == 0)
  }

  /// What was read of a live source goes out.
  @Test(arguments: [1, 2]) func aStop(_ encoders: Int) throws {
    let source = ScriptedSource(Array(repeating: .frame, count: 30) + [.wait], isLive: true)
    let producer = ScriptedProducer(delay: 200_000)
    let ran = try Self.run(source, producer, encoders: encoders) { stop in
      producer.waitFor(5)
      stop()
    }
    #expect(ran.producer.taken.ends == [ran.given] && ran.tally.sent.value == ran.given && ran.isAccountedFor)
  }

  /// A schedule: frames whose time has not come are not sent, and counted.
  @Test func aStopAmidASchedule() throws {
    let source = ScriptedSource(Array(repeating: .frame, count: 60))
    let producer = ScriptedProducer()
    let ran = try Self.run(source, producer, pace: .rate(50)) { stop in
      producer.waitFor(3)
      stop()
    }
    #expect(ran.producer.taken.ends == [ran.tally.sent.value] && ran.isAccountedFor)
    #expect(ran.tally.notDue.value > 0 && ran.tally.unsent == 0)
  }

  /// A broker that takes no more, a stop, and its time over: all is given up, and each frame told.
  @Test(arguments: [1, 2, 3]) func aStopWhoseTimeIsOver(_ encoders: Int) throws {
    let source = ScriptedSource(Array(repeating: .frame, count: 200), isLive: true)
    let producer = ScriptedProducer(.stallsAfter(4))
    let ran = try Self.run(source, producer, drain: 0.1, encoders: encoders) { stop in
      producer.waitFor(4)
      stop()
    }
    let taken = ran.producer.taken
    #expect(taken.isRefusing && taken.wasAbandoned && taken.ends.isEmpty)
    #expect(ran.end.undelivered != nil && !ran.end.ending.isAnswered && ran.end.ending.halt == .deadline)
    #expect(ran.tally.sent.value == 4 && ran.isAccountedFor, "\(ran.tally.unsent)")
  }

  /// The same where the stages are slow and the broker is not: the end goes out with what was sent.
  @Test func aStopWithSlowStages() throws {
    let source = ScriptedSource(Array(repeating: .frame, count: 200), isLive: true)
    let producer = ScriptedProducer(delay: 20_000_000)
    let ran = try Self.run(source, producer, drain: 0) { stop in
      producer.waitFor(2)
      stop()
    }
    let taken = ran.producer.taken
    #expect(!taken.isRefusing && taken.ends == [taken.frames.count] && ran.isAccountedFor)
    #expect(ran.end.undelivered == nil && ran.tally.unsent > 0)
  }

  /// A full queue that drops: what is dropped is counted, what is sent is in order.
  @Test(arguments: [QueuePolicy.dropNewest, .dropOldest]) func aFullQueue(_ policy: QueuePolicy) throws {
    let ran = try Self.run(
      ScriptedSource(Array(repeating: .frame, count: 150)), ScriptedProducer(delay: 1_000_000), encoders: 2,
      whenFull: policy)
    let firsts = ran.producer.taken.frames.map(\.first)
    #expect(ran.tally.dropped.value > 0 && ran.isAccountedFor && ran.tally.unsent == 0)
    #expect(firsts == firsts.sorted() && ran.producer.taken.ends == [firsts.count])
  }
}
