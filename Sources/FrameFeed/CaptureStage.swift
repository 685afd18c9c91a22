import FrameCore
import FrameLatency
import FrameSources
import LogLines

/// One frame between the source and the encoders, with its place in the schedule.
struct ReadFrame: ~Copyable, Sendable {
  let index: Int
  var frame: CapturedFrame
}

/// Reads frames ahead of their time, on a thread of its own.
struct CaptureReader: Sendable {
  let source: any FrameSource
  let options: StreamOptions
  let pace: FrameSchedule.Pace
  let pool: FramePool
  let queue: BoundedQueue<ReadFrame>
  let stop: StopSignal
  let tally: StreamTally

  /// Reads until the end, the last loop, the wanted number of frames, or the stop.
  func run() throws(FeedError) {
    defer { queue.close() }
    var index = 0
    var loop = 1
    var readInLoop = 0
    var hasFrames = false
    var outage = SourceOutage(source, options.log)
    // Places in the schedule that passed while the source was away.
    var passed = (places: 0, presentation: Int64(0))
    while !stop.isRequested {
      if let frames = options.frames, index >= frames { return }
      let reading: SourceReading
      do throws(SourceError) {
        reading = try source.next(into: pool)
      } catch {
        if case .stopped = error { return }
        throw .source(error)
      }
      switch consume reading {
      case .frame(var frame):
        if outage.isOn {
          let rejected = outage.end()
          tally.rejected.add(rejected)
          index += rejected
          let schedule = FrameSchedule(pace: pace, start: Int64(tally.started.value))
          let more = schedule.passed(
            at: FrameClock.monotonic(), index: index + passed.places,
            presentation: frame.presentation.map { $0 + passed.presentation })
          passed.places += more.places
          passed.presentation += more.presentation
        }
        frame.presentation = frame.presentation.map { $0 + passed.presentation }
        let bytes = frame.buffer.count
        tally.read.add()
        queue.push(ReadFrame(index: index + passed.places, frame: frame), bytes: bytes)
        index += 1
        readInLoop += 1
        hasFrames = true
      case .rejected where outage.isOn: outage.reject()
      case .rejected(let error):
        // Its time passes all the same: the frames after it stay on the schedule.
        index += 1
        tally.rejected.add()
        options.log.warning("\(error)")
      case .end:
        guard options.loops.map({ loop < $0 }) ?? true else { return }
        // A source without one good frame would be read for ever; one that had some is tried again.
        let isLasting = options.loops == nil && !source.isLive && hasFrames
        guard readInLoop > 0 || isLasting else { return }
        guard try rewind(isAway: readInLoop == 0, isLasting: isLasting, &outage) else { return }
        loop += 1
        readInLoop = 0
      }
    }
  }

  /// Begins the next reading; of a lasting source that is away, once it is back.
  /// - Returns: false when stopped while waiting.
  private func rewind(
    isAway: Bool, isLasting: Bool, _ outage: inout SourceOutage
  ) throws(FeedError) -> Bool {
    var isAway = isAway
    var reason: SourceError?
    while true {
      if isAway, !outage.wait(reason, stop) { return false }
      do throws(SourceError) {
        try source.rewind()
        return true
      } catch {
        guard isLasting else { throw .source(error) }
        isAway = true
        reason = error
      }
    }
  }
}

/// Lets each frame go when it is due, on a thread of its own, and notes how late that was.
struct CapturePacer: Sendable {
  let pace: FrameSchedule.Pace
  let read: BoundedQueue<ReadFrame>
  let encode: BoundedQueue<CapturedFrame>
  let stop: StopSignal
  let tally: StreamTally
  /// Wall time, ns.
  var now: @Sendable () -> Int64 = FrameClock.now

  func run() {
    defer {
      encode.close()
      // The reader may be waiting for room that nobody will make.
      read.close()
      tally.notDue.add(read.removeAll())
    }
    guard let first = read.pop() else { return }
    // The clock starts when the first frame is there: opening files is not lateness.
    let start = FrameClock.monotonic()
    let schedule = FrameSchedule(pace: pace, start: start)
    tally.started.set(Int(start))
    guard release(first, schedule) else { return }
    // Also after a stop: frames that are due as they come were due when they were read, and go out.
    while let next = read.pop() {
      guard release(next, schedule) else { return }
    }
  }

  /// - Returns: false when stopped before the frame was due.
  private func release(_ next: consuming ReadFrame, _ schedule: FrameSchedule) -> Bool {
    let index = next.index
    var frame = next.frame
    if let due = schedule.due(index, presentation: frame.presentation) {
      guard FrameClock.monotonic() >= due || stop.sleep(until: due) else {
        tally.notDue.add()
        return false
      }
      let released = now()
      // How late it is, only the monotonic clock tells: the wall clock may have been set since the start.
      // A live frame is not due before it was read.
      frame.scheduled = min(released, max(released - max(0, FrameClock.monotonic() - due), frame.captured))
      // What it then waits for is the queue.
      frame.captured = frame.captured == 0 ? released : frame.scheduled
    } else {
      if frame.captured == 0 { frame.captured = now() }
      frame.scheduled = frame.captured
    }
    let bytes = frame.buffer.count
    tally.captured.add()
    switch encode.push(frame, bytes: bytes) {
    case .accepted, .closed: break
    case .acceptedDropping(let count): tally.dropped.add(count)
    case .dropped: tally.dropped.add()
    }
    return true
  }
}
