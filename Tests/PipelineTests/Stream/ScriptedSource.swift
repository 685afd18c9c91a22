import FrameCore
import FrameSources

@testable import FrameFeed

/// A source in memory that gives what it is told to, reading by reading.
final class ScriptedSource: FrameSource {
  enum Reading: Sendable {
    case frame
    /// One that no encoder takes: it says JPEG and is none.
    case broken
    case rejected
    case fail
    /// Nothing, until it is closed.
    case wait
  }

  let name = "script"
  let nominalRate: Double?
  let isLive: Bool
  let frameCount: Int? = nil
  private let readings: [Reading]
  private let state = Monitor(State())

  private struct State {
    var next = 0
    var given = 0
    var rewinds = 0
    var isClosed = false
  }

  init(_ readings: [Reading], isLive: Bool = false, rate: Double? = nil) {
    self.readings = readings
    self.isLive = isLive
    nominalRate = rate
  }

  /// Good frames that were given.
  var given: Int { state.withLock { $0.given } }
  var rewinds: Int { state.withLock { $0.rewinds } }

  func next(into pool: FramePool) throws(SourceError) -> SourceReading {
    let (reading, number) = state.withLock { state in
      guard state.next < readings.count else { return (Reading?.none, 0) }
      state.next += 1
      return (readings[state.next - 1], state.next - 1)
    }
    switch reading {
    case nil: return .end
    case .frame, .broken: break
    case .rejected:
      return .rejected(.frame(FrameOrigin(file: name, position: number), problem: "is bad"))
    case .fail: throw .malformed(name, problem: "ends here")
    case .wait:
      state.withLock(waitingUntil: { $0.isClosed }) { _ in }
      return .end
    }
    guard var buffer = pool.take(64), let layout = try? PixelLayout(width: 8, height: 8, format: .mono8)
    else {
      throw .stopped
    }
    buffer.fill { memory in
      for at in 0..<64 { memory[at] = UInt8(truncatingIfNeeded: number) }
      return 64
    }
    state.withLock { $0.given += 1 }
    return .frame(
      CapturedFrame(
        content: FrameContent(isBroken(reading) ? .jpeg : .pixels, layout), buffer: buffer,
        origin: FrameOrigin(file: name, position: number)))
  }

  private func isBroken(_ reading: Reading?) -> Bool {
    if case .broken = reading { true } else { false }
  }

  func rewind() throws(SourceError) {
    state.withLock { state in
      state.next = 0
      state.rewinds += 1
    }
  }

  func close() {
    state.withLock { $0.isClosed = true }
    state.wakeAll()
  }
}
