import Foundation
import FrameCodecs
import FrameCore
import FrameLatency
import FrameSources
import LogLines
import Synchronization
import Testing

@testable import FrameFeed
@testable import KafkaTransport

/// What the pacer stamps, against a wall clock that is set under way and queues that are full.
@Suite struct PacerTests {
  private struct Stamps: Equatable {
    var scheduled: Int64
    var captured: Int64
  }

  private static func frame(_ pool: FramePool, captured: Int64 = 0) throws -> CapturedFrame {
    let layout = try PixelLayout(width: 2, height: 2, format: .mono8)
    guard var buffer = pool.take(4) else { throw SourceError.stopped }
    buffer.fill { _ in 4 }
    var frame = CapturedFrame(
      content: FrameContent(.pixels, layout), buffer: buffer, origin: FrameOrigin(file: "t"))
    frame.captured = captured
    frame.presentation = 0
    return frame
  }

  /// The stamps of frames that went through a pacer.
  private static func stamps(
    _ captured: [Int64], _ pace: FrameSchedule.Pace, now: @escaping @Sendable () -> Int64 = FrameClock.now
  ) throws -> [Stamps] {
    let pool = FramePool(buffers: 20)
    let read = BoundedQueue<ReadFrame>(capacity: 20)
    let encode = BoundedQueue<CapturedFrame>(capacity: 20)
    for (index, time) in captured.enumerated() {
      read.push(ReadFrame(place: index, frame: try frame(pool, captured: time)))
    }
    read.close()
    CapturePacer(
      pace: pace, read: read, encode: encode, stop: StopSignal(), tally: StreamTally(), now: now
    ).run()
    var stamps: [Stamps] = []
    while let frame = encode.pop() {
      stamps.append(Stamps(scheduled: frame.scheduled, captured: frame.captured))
    }
    return stamps
  }

  /// NTP sets the clock an hour ahead, then back, amid a paced feed: no stamp is off by more than that frame's lateness.
  @Test func aStepOfTheWallClockMovesOneFrameAtMost() throws {
    let calls = Mutex(0)
    let hour: Int64 = 3_600_000_000_000
    // Only the step makes a difference to `now`: what a machine's moods add is in both.
    let shifts: [Int64] = [0, 0, hour, hour, -hour, -hour]
    let stamps = try Self.stamps([0, 0, 0, 0, 0, 0], .rate(200)) {
      let shift = calls.withLock { calls in
        defer { calls += 1 }
        return shifts[min(calls, 5)]
      }
      return FrameClock.now() + shift
    }
    #expect(stamps.count == 6)
    for (number, frame) in stamps.enumerated() {
      // Both by the same clock, which is the one that holds now.
      #expect(abs(frame.captured - shifts[number] - FrameClock.now()) < hour / 2)
      #expect(frame.captured >= frame.scheduled && frame.captured - frame.scheduled < hour / 2)
    }
  }

  /// Frames of a live source that waited in a full queue keep the stamps of their reading.
  @Test func aLiveFrameIsDueWhenItWasRead() throws {
    let now = FrameClock.now()
    let read = (0..<6).map { now - 5_000_000_000 + Int64($0) * 1_000_000 }
    let stamps = try Self.stamps(read, .asFastAsPossible)
    #expect(stamps == read.map { Stamps(scheduled: $0, captured: $0) })
  }

  /// A live source with a rate: a frame that was there before it was due is captured when it is due; one that came
  /// after its place in the schedule is due when it came, however long a queue held it after that.
  @Test func aPacedLiveFrameIsCapturedWhenItWasThere() throws {
    let now = FrameClock.now()
    // Far in the past: it was there in time. Just now: after it was due.
    let early = try Self.stamps([now - 1_000_000_000_000, now - 1_000_000_000_000], .rate(100))
    for frame in early { #expect(frame.captured == frame.scheduled) }
    // Due at the start, all of them.
    let late = try Self.stamps([0, FrameClock.now() + 1_000_000_000_000], .presentation)
    #expect(late[1].captured == late[1].scheduled && late[1].captured <= FrameClock.now())
  }

  /// Gives frames as fast as they are taken, then waits for the end as a camera does.
  private final class Camera: FrameSource {
    let name = "camera"
    let nominalRate: Double? = nil
    let isLive = true
    let frameCount: Int? = nil
    let given = Atomic(0)
    /// When the last frame was given, wall time in ns.
    let last = Atomic(Int64(0))
    private let frames: Int
    private let closed = Monitor(false)

    init(_ frames: Int) { self.frames = frames }

    func next(into pool: FramePool) throws(SourceError) -> SourceReading {
      if given.load(ordering: .relaxed) == frames {
        closed.withLock(waitingUntil: { $0 }) { _ in }
        return .end
      }
      guard var buffer = pool.take(100_000) else { throw .stopped }
      buffer.fill { memory in
        for at in 0..<100_000 { memory[at] = UInt8(truncatingIfNeeded: at) }
        return 100_000
      }
      guard let layout = try? PixelLayout(width: 1000, height: 100, format: .mono8) else { throw .stopped }
      var frame = CapturedFrame(
        content: FrameContent(.pixels, layout), buffer: buffer, origin: FrameOrigin(file: name))
      frame.captured = FrameClock.now()
      last.store(frame.captured, ordering: .relaxed)
      given.add(1, ordering: .relaxed)
      return .frame(frame)
    }

    func rewind() throws(SourceError) { throw .option("once") }

    func close() {
      closed.withLock { $0 = true }
      closed.wakeAll()
    }
  }

  private static func options(_ cluster: MockCluster) throws -> StreamOptions {
    cluster.create("frames")
    var options = StreamOptions(
      feed: "camera", codec: try Codec("raw"), kafka: KafkaSettings(brokers: cluster.brokers), log: .silent)
    options.isEmbedded = true
    return options
  }

  private static func run(_ streamer: FeedStreamer, while body: () -> Void) throws -> FeedOutcome {
    let answer = Mutex<Result<FeedOutcome, FeedError>?>(nil)
    let thread = PipelineThread("feed") {
      let result: Result<FeedOutcome, FeedError>
      do throws(FeedError) { result = .success(try streamer.stream()) } catch { result = .failure(error) }
      answer.withLock { $0 = result }
    }
    body()
    thread.join()
    return try #require(answer.withLock { $0 }).get()
  }

  /// A camera, brokers that answer no more, Ctrl-C: each frame that was read is sent or told.
  @Test func aStopLosesNoFrameUncounted() throws {
    let cluster = try MockCluster()
    var options = try Self.options(cluster)
    options.drainTimeout = 1
    let camera = Camera(1000)
    let streamer = FeedStreamer(camera, options)
    let outcome = try Self.run(streamer) {
      #expect(eventually { camera.given.load(ordering: .relaxed) > 20 })
      cluster.takeDown()
      // All queues are full, and the camera waits.
      var before = -1
      #expect(
        eventually {
          defer { before = camera.given.load(ordering: .relaxed) }
          usleep(300_000)
          return before == camera.given.load(ordering: .relaxed)
        })
      streamer.stop()
    }
    let given = camera.given.load(ordering: .relaxed)
    let counts = outcome.report.frames
    let notes = outcome.report.notes ?? []
    let unsent = notes.first { $0.contains("captured and not sent") }?.split(separator: " ").first.flatMap {
      Int($0)
    }
    #expect(given < 1000 && counts.sent! < given, "\(given) \(counts)")
    // Those that the reader had in hand when its memory was taken away are told with the others.
    #expect(
      counts.sent! + (unsent ?? 0) + (counts.rejected ?? 0) == given, "\(given) given: \(counts) \(notes)")
  }

  /// Frames that wait for a slow broker show the wait: they were due when they were read.
  @Test func theFiguresShowTheWaitForAFullQueue() throws {
    let cluster = try MockCluster()
    let options = try Self.options(cluster)
    let camera = Camera(150)
    let streamer = FeedStreamer(camera, options)
    let wait: Int64 = 400_000_000
    let outcome = try Self.run(streamer) {
      #expect(eventually { streamer.snapshot().done > 0 })
      cluster.takeDown()
      // More than the client takes: the queues fill.
      let before = camera.given.load(ordering: .relaxed)
      #expect(eventually { camera.given.load(ordering: .relaxed) > before + 15 })
      usleep(UInt32(wait / 1000))
      cluster.bringUp()
      #expect(eventually { streamer.snapshot().done == 150 })
      streamer.stop()
    }
    #expect(outcome.report.frames.acknowledged == 150)
    // From the reading to the encoder, and to the client: frames in the queues waited as long as the brokers were away.
    let encode = try #require(outcome.report.stages["encode"])
    let queue = try #require(outcome.report.stages["queue"])
    #expect(encode.max + queue.max >= Double(wait) / 1e6 / 2, "\(encode.max) \(queue.max)")
  }
}
