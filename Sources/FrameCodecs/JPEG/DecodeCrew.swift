import FrameCore

/// Threads that help decoders with large frames. JPEG files with restart markers are decoded in stripes, several at a
/// time, while other decoders are idle. Where all are busy, each decodes frames of its own, which costs less than
/// sharing them.
///
/// ``CrewState`` decides who decodes what; this class owns it, and wakes the helpers that it names, one by one.
public final class DecodeCrew: Sendable {
  /// Threads that decode at a time, the decoders' own included.
  public let threads: Int
  private let shared: Shared
  private let helpers: Helpers

  /// The state that all threads share.
  private final class Shared: Sendable {
    struct State {
      var crew: CrewState
      /// The frames that are shared.
      var works: [(frame: Int, work: CrewWork)] = []
    }

    let state: Lock<State>
    /// One per helper.
    let bells: [Doorbell]

    init(threads: Int) {
      state = Lock(State(crew: CrewState(threads: threads)))
      bells = (1..<threads).map { _ in Doorbell() }
    }

    /// Wakes the helpers for which there is work.
    /// - Parameter first: the first helper to wake, already called; `nil` for none.
    func wake(_ first: Int?) {
      var called = first
      while let helper = called {
        bells[helper].ring()
        called = state.withLock { $0.crew.call() }
      }
    }

    /// The next action of a helper, with its work.
    enum Action {
      case part(Int, CrewWork)
      case rest
      case leave
    }

    static func action(_ state: inout State, _ helper: Int) -> Action {
      switch state.crew.action(of: helper) {
      case .part(let part, let frame):
        guard let work = state.works.first(where: { $0.frame == frame })?.work else {
          preconditionFailure("a shared frame has no work")
        }
        return .part(part, work)
      case .rest: return .rest
      case .leave: return .leave
      }
    }
  }

  private final class Helpers: @unchecked Sendable {
    // Sound: written before any other thread can see the crew, and read only in deinit.
    var threads: [PipelineThread] = []
  }

  /// - Parameter threads: 2 or more; one fewer is started.
  public init(threads: Int) {
    self.threads = threads
    let shared = Shared(threads: threads)
    self.shared = shared
    helpers = Helpers()
    helpers.threads = (0..<threads - 1).map { helper in
      PipelineThread("frame-stripes") { Self.help(shared, helper) }
    }
  }

  deinit {
    let called = shared.state.withLock { state in
      state.crew.disband()
      return state.crew.call()
    }
    shared.wake(called)
    for thread in helpers.threads { thread.join() }
  }

  /// A decoder's thread starts a frame.
  /// - Returns: threads that could help with it.
  func begin() -> Int {
    shared.state.withLock { state in
      state.crew.begin()
      return state.crew.free
    }
  }

  /// Threads that could help now.
  var free: Int { shared.state.withLock { $0.crew.free } }

  /// A decoder's thread has finished its frame.
  func end() {
    let called = shared.state.withLock { state in
      state.crew.end()
      return state.crew.call()
    }
    shared.wake(called)
  }

  /// Runs all parts, on the calling thread and on free ones. Call ``begin()`` first.
  /// - Returns: false when a part failed.
  func run(_ work: CrewWork, _ decoder: borrowing JPEGDecompressor) -> Bool {
    let (frame, called) = shared.state.withLock { state in
      let frame = state.crew.share(parts: work.parts)
      state.works.append((frame, work))
      return (frame, state.crew.call())
    }
    shared.wake(called)
    var part = shared.state.withLock { $0.crew.claim(frame) }
    while let claimed = part {
      let isGood = work.run(claimed, decoder)
      part = shared.state.withLock { state in
        state.crew.finish(frame, isGood: isGood)
        return state.crew.claim(frame)
      }
    }
    if shared.state.withLock({ $0.crew.mustWait(frame) }) { work.done.wait() }
    return shared.state.withLock { state in
      state.works.removeAll { $0.frame == frame }
      return state.crew.takeBack(frame)
    }
  }

  private static func help(_ shared: Shared, _ helper: Int) {
    let decoder = JPEGDecompressor()
    while true {
      shared.bells[helper].wait()
      var action = shared.state.withLock { Shared.action(&$0, helper) }
      while case .part(let part, let work) = action {
        let isGood = work.run(part, decoder)
        let isAwaited: Bool
        (isAwaited, action) = shared.state.withLock { state in
          let isAwaited = state.crew.finish(helper: helper, isGood: isGood)
          return (isAwaited, Shared.action(&state, helper))
        }
        if isAwaited { work.done.ring() }
      }
      if case .leave = action { return }
    }
  }
}

/// Work in parts that can run in parallel.
class CrewWork: @unchecked Sendable {
  // Sound: no mutable state here; each subclass justifies its own.

  /// Rung when helpers have finished the parts that the decoder waits for.
  fileprivate let done = Doorbell()

  /// Number of parts. Constant while a crew has the work.
  var parts: Int { 0 }

  /// Runs one part, on any thread.
  /// - Returns: false when it failed.
  func run(_ part: Int, _ decoder: borrowing JPEGDecompressor) -> Bool { true }
}
