import FrameCore

/// Threads that help decoders with big frames: those whose JPEG file carries restart markers are decoded in
/// stripes, several at a time.
///
/// As many threads decode at a time as the crew has, decoders counted: helpers take stripes only while there
/// are fewer. What a helper has begun it ends, so that for the length of one stripe there may be one more.
public final class DecodeCrew: Sendable {
  private struct State {
    /// Frames whose stripes are not all taken.
    var open: [StripedJPEG] = []
    /// Threads that decode.
    var busy = 0
    var closed = false
  }

  /// Threads that decode at a time, decoders' own ones included.
  public let threads: Int
  private let state = Monitor(State())
  private let helpers: Helpers

  private final class Helpers: @unchecked Sendable {
    // Sound: written before any other thread can see the crew, and read where it ends.
    var threads: [PipelineThread] = []
  }

  /// - Parameter threads: 2 or more; one fewer is started.
  public init(threads: Int) {
    precondition(threads > 1, "a crew is two threads or more")
    self.threads = threads
    helpers = Helpers()
    let state = state
    helpers.threads = (1..<threads).map { _ in
      PipelineThread("frame-stripes") { Self.help(state, threads) }
    }
  }

  deinit {
    state.withLock { $0.closed = true }
    state.wakeAll()
    for thread in helpers.threads { thread.join() }
  }

  /// A decoder's thread begins with a frame.
  func begin() { state.withLock { $0.busy += 1 } }

  /// It has ended.
  func end() {
    state.withLock { $0.busy -= 1 }
    state.wakeAll()
  }

  /// Decodes all stripes, on the calling thread and on those that are free. The caller has begun.
  /// - Returns: false when a stripe is damaged.
  func run(_ work: StripedJPEG, _ decoder: borrowing JPEGDecompressor) -> Bool {
    state.withLock { state in
      work.claimed = 0
      work.unfinished = work.stripes.count
      work.isDamaged = false
      state.open.append(work)
    }
    state.wakeAll()
    while let stripe = state.withLock({ work.claim(in: &$0.open) }) {
      let isGood = work.decode(stripe, decoder)
      state.withLock { _ in work.finish(isGood) }
    }
    return state.withLock(waitingUntil: { _ in work.unfinished == 0 }) { _ in !work.isDamaged }
  }

  private static func help(_ state: Monitor<State>, _ threads: Int) {
    let decoder = JPEGDecompressor()
    while true {
      let claimed: (StripedJPEG, Int)? = state.withLock(
        waitingUntil: { $0.closed || (!$0.open.isEmpty && $0.busy < threads) }
      ) { state in
        guard let work = state.open.first, let stripe = work.claim(in: &state.open) else { return nil }
        state.busy += 1
        return (work, stripe)
      }
      guard let (work, stripe) = claimed else {
        if state.withLock({ $0.closed }) { return }
        continue
      }
      let isGood = work.decode(stripe, decoder)
      state.withLock { state in
        state.busy -= 1
        work.finish(isGood)
      }
      state.wakeAll()
    }
  }
}
