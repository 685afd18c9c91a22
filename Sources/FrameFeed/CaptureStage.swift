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
    while !stop.isRequested {
      if let frames = options.frames, index >= frames { return }
      switch try next() {
      case .frame(let frame):
        let bytes = frame.buffer.count
        tally.read.add()
        queue.push(ReadFrame(index: index, frame: frame), bytes: bytes)
        index += 1
        readInLoop += 1
      case .rejected(let error):
        // Its time passes all the same: the frames after it stay on the schedule.
        index += 1
        tally.rejected.add()
        options.log.warning("\(error)")
      case .end:
        guard options.loops.map({ loop < $0 }) ?? true else { return }
        // A source without one good frame would be read for ever.
        guard readInLoop > 0 else { return }
        loop += 1
        readInLoop = 0
        do throws(SourceError) { try source.rewind() } catch { throw .source(error) }
      }
    }
  }

  private func next() throws(FeedError) -> SourceReading {
    do throws(SourceError) {
      return try source.next(into: pool)
    } catch {
      if case .stopped = error { return .end }
      throw .source(error)
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

  func run() {
    defer {
      encode.close()
      // The reader may be waiting for room that nobody will make.
      read.close()
      read.removeAll()
    }
    guard let first = read.pop() else { return }
    // The clock starts when the first frame is there: opening files is not lateness.
    let start = FrameClock.monotonic()
    let schedule = FrameSchedule(pace: pace, start: start)
    tally.started.set(Int(start))
    guard release(first, schedule) else { return }
    while !stop.isRequested, let next = read.pop() {
      guard release(next, schedule) else { return }
    }
  }

  /// - Returns: false when stopped while waiting.
  private func release(_ next: consuming ReadFrame, _ schedule: FrameSchedule) -> Bool {
    let index = next.index
    var frame = next.frame
    if let due = schedule.due(index, presentation: frame.presentation) {
      guard stop.sleep(until: due) else { return false }
      frame.captured = FrameClock.now()
      // How late it is, only the monotonic clock tells: the wall clock may have been set since the start.
      frame.scheduled = frame.captured - max(0, FrameClock.monotonic() - due)
    } else {
      if frame.captured == 0 { frame.captured = FrameClock.now() }
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
