import FrameCodecs
import FrameCore
import FrameSources
import KafkaTransport
import LogLines
import Testing

@testable import FrameFeed

/// What the reader makes of a source: places, counts, loops, ends.
@Suite struct CaptureReaderTests {
  private struct Read {
    var places: [Int] = []
    var origins: [Int?] = []
    var tally = StreamTally()
    var failure: FeedError?
  }

  private static func read(
    _ source: ScriptedSource, _ change: (inout StreamOptions) -> Void = { _ in }
  ) throws -> Read {
    var options = try StreamOptions.script()
    change(&options)
    let queue = BoundedQueue<ReadFrame>(capacity: 100)
    var read = Read()
    let reader = CaptureReader(
      source: source, options: options, pace: .asFastAsPossible, pool: FramePool(buffers: 100), queue: queue,
      stop: StopSignal(), tally: read.tally)
    do throws(FeedError) { try reader.run() } catch { read.failure = error }
    while let frame = queue.pop() {
      read.places.append(frame.place)
      read.origins.append(frame.frame.origin.position)
    }
    return read
  }

  /// A bad frame has a place too: those after it stay on the schedule.
  @Test func badFramesHaveAPlace() throws {
    let read = try Self.read(ScriptedSource([.frame, .rejected, .frame, .rejected, .rejected, .frame]))
    #expect(read.places == [0, 2, 5] && read.failure == nil)
    #expect(read.tally.read.value == 3 && read.tally.rejected == 3 && read.tally.refused.value == 0)
  }

  @Test func loopsGoOnInTheSchedule() throws {
    let source = ScriptedSource([.frame, .rejected, .frame])
    let read = try Self.read(source) { $0.loops = 3 }
    #expect(read.places == [0, 2, 3, 5, 6, 8] && source.rewinds == 2)
  }

  @Test(arguments: [1, 2, 4, 7]) func asManyFramesAsWanted(_ count: Int) throws {
    let read = try Self.read(ScriptedSource([.frame, .rejected, .frame])) { options in
      options.loops = nil
      options.frames = count
    }
    // Bad ones count: they were asked for.
    #expect(read.tally.read.value + read.tally.rejected == count)
    #expect(read.places.allSatisfy { $0 < count })
  }

  /// What was read before an error is there, and the queue has its end.
  @Test func anErrorEndsTheReadingAfterWhatWasRead() throws {
    let read = try Self.read(ScriptedSource([.frame, .frame, .fail, .frame]))
    let failure = try #require(read.failure)
    #expect(read.places == [0, 1] && "\(failure)".contains("ends here"))
  }

  /// A source that is looped for ever and never had a good frame ends.
  @Test func aSourceWithoutAGoodFrameEnds() throws {
    let read = try Self.read(ScriptedSource([.rejected, .rejected])) { $0.loops = nil }
    #expect(read.places.isEmpty && read.tally.rejected == 2 && read.failure == nil)
  }

  /// Frames of a live source are stamped when they are read, before any queue holds them.
  @Test func liveFramesAreStampedWhenRead() throws {
    for isLive in [true, false] {
      let before = FrameClock.now()
      let queue = BoundedQueue<ReadFrame>(capacity: 9)
      try CaptureReader(
        source: ScriptedSource([.frame, .frame], isLive: isLive), options: StreamOptions.script(),
        pace: .asFastAsPossible, pool: FramePool(buffers: 9), queue: queue, stop: StopSignal(),
        tally: StreamTally()
      ).run()
      let read = FrameClock.now()
      while let frame = queue.pop() {
        #expect(isLive ? (before...read).contains(frame.frame.captured) : frame.frame.captured == 0)
      }
    }
  }

  /// Nobody takes frames any more: they were not due.
  @Test func framesForAClosedQueueAreCounted() throws {
    let queue = BoundedQueue<ReadFrame>(capacity: 1)
    queue.close()
    let tally = StreamTally()
    try CaptureReader(
      source: ScriptedSource([.frame, .frame]), options: StreamOptions.script(), pace: .rate(1),
      pool: FramePool(buffers: 9), queue: queue, stop: StopSignal(), tally: tally
    ).run()
    #expect(tally.read.value == 2 && tally.notDue.value == 2 && tally.unsent == 0)
  }
}

extension StreamOptions {
  /// For stages in memory.
  static func script(_ codec: String = "raw", log: Log = .silent) throws -> StreamOptions {
    StreamOptions(
      feed: "script", codec: try Codec(codec), kafka: KafkaSettings(brokers: "nowhere:1"), log: log)
  }
}
