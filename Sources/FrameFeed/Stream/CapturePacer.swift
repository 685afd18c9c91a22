import FrameCore
import FrameSources

/// Releases each frame when it is due, on its own thread, and records how late that was.
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
      // The reader may be waiting for room in this queue.
      read.close()
      tally.notDue.add(read.removeAll())
    }
    guard let first = read.pop() else { return }
    // The clock starts at the first frame: the time to open files is not lateness.
    let start = FrameClock.monotonic()
    let schedule = FrameSchedule(pace: pace, start: start)
    tally.started.set(Int(start))
    guard release(first, schedule) else { return }
    // Runs after a stop too: frames without a due time of their own were due when they were read, and are sent.
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
      // Only the monotonic clock gives the lateness: the wall clock may have been set since the start.
      // A live frame is not due before it is read.
      frame.scheduled = min(released, max(released - max(0, FrameClock.monotonic() - due), frame.captured))
      // `encodeWait` starts here.
      frame.captured = frame.captured == 0 ? released : frame.scheduled
    } else {
      if frame.captured == 0 { frame.captured = now() }
      frame.scheduled = frame.captured
    }
    let bytes = frame.buffer.count
    switch encode.push(frame, bytes: bytes) {
    // Closed: the stages were halted. `StreamTally.unsent` counts the frame.
    case .accepted, .closed: break
    case .acceptedDropping(let count): tally.dropped.add(count)
    case .dropped: tally.dropped.add()
    }
    return true
  }
}
