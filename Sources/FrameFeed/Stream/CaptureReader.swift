import FrameCore
import FrameLatency
import FrameSources
import LogLines

/// Reads frames ahead of their due time, on its own thread, and numbers each one's place in the schedule.
struct CaptureReader: Sendable {
  let source: any FrameSource
  let options: StreamOptions
  let pace: FrameSchedule.Pace
  let pool: FramePool
  let queue: BoundedQueue<ReadFrame>
  let stop: StopSignal
  let tally: StreamTally

  /// The reading position.
  private struct Place {
    /// The place of the next frame in the schedule.
    var next = 0
    /// The delay added to presentation times: how long the source was unavailable, ns.
    var delay: Int64 = 0
    /// Frames still to be read, bad ones included.
    var wanted: Int

    /// Skips bad frames. They keep their places, so that the frames after them stay on schedule.
    mutating func pass(_ frames: Int = 1) {
      next += frames
      wanted -= frames
    }
  }

  /// Reads until the end, the last loop, the requested number of frames, or a stop.
  /// - Throws: when reading fails. Frames read before are in the queue.
  func run() throws(FeedError) {
    defer { queue.close() }
    var place = Place(wanted: options.frames ?? .max)
    var loop = 1
    var readInLoop = 0
    var hasFrames = false
    var outage = SourceOutage(source, options.log)
    while !stop.isRequested, place.wanted > 0 {
      let reading: SourceReading
      do throws(SourceError) {
        reading = try source.next(into: pool)
      } catch {
        if case .stopped = error { return }
        throw .source(error)
      }
      switch consume reading {
      case .frame(let frame):
        if outage.isOn { goOn(after: &outage, presentation: frame.presentation, &place) }
        enqueue(frame, &place)
        readInLoop += 1
        hasFrames = true
      case .rejected where outage.isOn: outage.reject()
      case .rejected(let error):
        place.pass()
        tally.unreadable.add()
        options.log.warning("\(error)")
      case .end:
        guard options.loops.map({ loop < $0 }) ?? true else { return }
        // Without one good frame the loop would never end; a source that had good frames is read again.
        let isLasting = options.loops == nil && !source.isLive && hasFrames
        guard readInLoop > 0 || isLasting else { return }
        guard try rewind(isAway: readInLoop == 0, isLasting: isLasting, &outage) else { return }
        loop += 1
        readInLoop = 0
      }
    }
  }

  private func enqueue(_ frame: consuming CapturedFrame, _ place: inout Place) {
    var frame = frame
    // Stamped before the frame waits in any queue.
    if source.isLive, frame.captured == 0 { frame.captured = FrameClock.now() }
    frame.presentation = frame.presentation.map { $0 + place.delay }
    let bytes = frame.buffer.count
    tally.read.add()
    let outcome = queue.push(ReadFrame(place: place.next, frame: frame), bytes: bytes)
    place.pass()
    // The pacer closes the queue early only when it is stopped before a frame is due.
    if outcome == .closed { tally.notDue.add() }
  }

  /// Skips the places of the schedule that passed during the outage.
  private func goOn(after outage: inout SourceOutage, presentation: Int64?, _ place: inout Place) {
    let rejected = outage.end()
    tally.unreadable.add(rejected)
    place.pass(rejected)
    let schedule = FrameSchedule(pace: pace, start: Int64(tally.started.value))
    let passed = schedule.passed(
      at: FrameClock.monotonic(), index: place.next, presentation: presentation.map { $0 + place.delay })
    place.next += passed.places
    place.delay += passed.presentation
  }

  /// Starts the next loop. If a lasting source is unavailable, waits until it is available again.
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
