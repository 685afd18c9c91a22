import FrameCore
import FrameSources

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
    let place = next.place
    var frame = next.frame
    if let due = schedule.due(place, presentation: frame.presentation) {
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
    switch encode.push(frame, bytes: bytes) {
    // Closed: the stages were ended, and what they hold is told by its number.
    case .accepted, .closed: break
    case .acceptedDropping(let count): tally.dropped.add(count)
    case .dropped: tally.dropped.add()
    }
    return true
  }
}
