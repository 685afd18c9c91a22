import FrameCodecs
import FrameCore
import KafkaTransport

@testable import FrameFeed

/// Takes frames in memory, and answers as it is told to.
final class ScriptedProducer: FrameSending {
  /// What a run handed over.
  struct Taken: Sendable {
    /// First byte, number and stamps of each frame.
    var frames: [(first: UInt8, sequence: Int, stamps: SourceStamps)] = []
    var ends: [Int] = []
    /// How many frames were said not to be sent, with each frame and with the end.
    var dropped: [Int] = []
    var isRefusing = false
    var wasAbandoned = false
  }

  /// Which frames it takes.
  enum Manner: Sendable {
    case all
    /// The frame of this number is too large, each time it is offered.
    case tooLarge(UInt8)
    /// Gives up for good behind so many.
    case failsAfter(Int)
    /// As a broker that takes no more after so many: sending waits, answers do not come.
    case stallsAfter(Int)
  }

  private let manner: Manner
  private let delay: Int64
  private let state = Monitor(Taken())

  /// - Parameter delay: how long each frame takes, ns.
  init(_ manner: Manner = .all, delay: Int64 = 0) {
    self.manner = manner
    self.delay = delay
  }

  var taken: Taken { state.withLock { $0 } }

  func send(
    _ payload: consuming FrameBuffer, sequence: Int, dropped: Int, format: PayloadFormat,
    stamps: SourceStamps
  ) throws(TransportError) -> Int64 {
    if delay > 0 { _ = StopSignal().sleep(until: FrameClock.monotonic() + delay) }
    let first = payload.bytes.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
    switch manner {
    case .all: break
    case .tooLarge(let frame) where frame == first:
      throw .tooLargeForTopic(topic: "t", bytes: 2, limit: 1, broker: "b")
    case .tooLarge: break
    case .failsAfter(let count):
      if sequence >= count { throw .client(reason: "it gave up") }
    case .stallsAfter(let count):
      if sequence >= count {
        state.withLock(waitingUntil: { $0.isRefusing }) { _ in }
        throw .stopped
      }
    }
    var stamps = stamps
    stamps.sent = FrameClock.now()
    state.withLock { state in
      state.frames.append((first, sequence, stamps))
      state.dropped.append(dropped)
    }
    state.wakeAll()
    return stamps.sent
  }

  func waitFor(_ count: Int) {
    state.withLock(
      waitingUntil: { $0.frames.count >= count }, deadline: FrameClock.monotonic() + 20_000_000_000
    ) {
      _ in
    }
  }

  func sendEnd(count: Int, dropped: Int, deadline: Int64) throws(TransportError) {
    if state.withLock({ $0.isRefusing }) { throw .stopped }
    state.withLock { state in
      state.ends.append(count)
      state.dropped.append(dropped)
    }
  }

  func drain(until deadline: Int64) -> Int {
    guard case .stallsAfter(let count) = manner else { return 0 }
    return state.withLock { $0.wasAbandoned || $0.frames.count < count ? 0 : $0.frames.count }
  }

  func refuse() {
    state.withLock { $0.isRefusing = true }
    state.wakeAll()
  }

  func abandon() { state.withLock { $0.wasAbandoned = true } }

  var fatalError: TransportError? { nil }
}
