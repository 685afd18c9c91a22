import FrameCore

/// Threads that help decoders with big frames: those whose JPEG file carries restart markers are decoded in
/// stripes, several at a time.
///
/// As many threads decode at a time as the crew has, decoders counted: helpers take parts only while there are
/// fewer. What a helper has begun it ends, so that for the length of one part there may be one more.
public final class DecodeCrew: Sendable {
  private struct State {
    /// Work whose parts are not all taken.
    var open: [CrewWork] = []
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

  /// Does all parts, on the calling thread and on those that are free. The caller has begun.
  /// - Returns: false when a part failed.
  func run(_ work: CrewWork, _ decoder: borrowing JPEGDecompressor) -> Bool {
    state.withLock { state in
      work.begin()
      state.open.append(work)
    }
    state.wakeAll()
    while let part = state.withLock({ work.claim(in: &$0.open) }) {
      let isGood = work.run(part, decoder)
      state.withLock { _ in work.finish(isGood) }
    }
    return state.withLock(waitingUntil: { _ in work.unfinished == 0 }) { _ in !work.hasFailed }
  }

  private static func help(_ state: Monitor<State>, _ threads: Int) {
    let decoder = JPEGDecompressor()
    while true {
      let claimed: (CrewWork, Int)? = state.withLock(
        waitingUntil: { $0.closed || (!$0.open.isEmpty && $0.busy < threads) }
      ) { state in
        guard let work = state.open.first, let part = work.claim(in: &state.open) else { return nil }
        state.busy += 1
        return (work, part)
      }
      guard let (work, part) = claimed else {
        if state.withLock({ $0.closed }) { return }
        continue
      }
      let isGood = work.run(part, decoder)
      state.withLock { state in
        state.busy -= 1
        work.finish(isGood)
      }
      state.wakeAll()
    }
  }
}

/// Work in parts that can be done side by side.
class CrewWork: @unchecked Sendable {
  // Sound: these are touched under the crew's lock.
  private var claimed = 0
  private var count = 0
  fileprivate var unfinished = 0
  fileprivate var hasFailed = false

  /// How many there are. Does not change while a crew has the work.
  var parts: Int { 0 }

  /// Does one part, on any thread.
  /// - Returns: false when it failed.
  func run(_ part: Int, _ decoder: borrowing JPEGDecompressor) -> Bool { true }

  fileprivate func begin() {
    claimed = 0
    count = parts
    unfinished = count
    hasFailed = false
  }

  /// The next part to do.
  /// - Parameter open: loses this work with its last part.
  fileprivate func claim(in open: inout [CrewWork]) -> Int? {
    guard claimed < count else { return nil }
    claimed += 1
    if claimed == count { open.removeAll { $0 === self } }
    return claimed - 1
  }

  fileprivate func finish(_ isGood: Bool) {
    unfinished -= 1
    if !isGood { hasFailed = true }
  }
}
