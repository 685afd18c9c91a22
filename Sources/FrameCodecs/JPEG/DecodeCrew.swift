import FrameCore

/// Threads that help decoders with large frames. JPEG files with restart markers are decoded in stripes, several at a
/// time, while other decoders are idle. Where all are busy, each decodes frames of its own, which costs less than
/// sharing them.
///
/// ``CrewState`` decides who decodes what; this class owns it, and wakes the helpers that it names, one by one.
public final class DecodeCrew: Sendable {
  /// Threads that decode at a time, the decoders' own included.
  public let threads: Int
  private let board: Board
  private let helpers: Helpers

  /// The state that all threads share.
  private final class Board: Sendable {
    struct State {
      var rota: CrewState
      /// The frames that are shared.
      var works: [(frame: Int, work: CrewWork)] = []
    }

    let state: Lock<State>
    /// One per helper.
    let bells: [Doorbell]

    init(threads: Int) {
      state = Lock(State(rota: CrewState(threads: threads)))
      bells = (1..<threads).map { _ in Doorbell() }
    }

    /// Wakes the helpers for which there is work.
    /// - Parameter first: the first helper to wake, already called; `nil` for none.
    func wake(_ first: Int?) {
      var called = first
      while let helper = called {
        bells[helper].ring()
        called = state.withLock { $0.rota.call() }
      }
    }

    /// The next action of a helper, with its work.
    enum Errand {
      case part(Int, CrewWork)
      case rest
      case leave
    }

    static func errand(_ state: inout State, _ helper: Int) -> Errand {
      switch state.rota.errand(of: helper) {
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
    let board = Board(threads: threads)
    self.board = board
    helpers = Helpers()
    helpers.threads = (0..<threads - 1).map { helper in
      PipelineThread("frame-stripes") { Self.help(board, helper) }
    }
  }

  deinit {
    let called = board.state.withLock { state in
      state.rota.disband()
      return state.rota.call()
    }
    board.wake(called)
    for thread in helpers.threads { thread.join() }
  }

  /// A decoder's thread starts a frame.
  /// - Returns: threads that could help with it.
  func begin() -> Int {
    board.state.withLock { state in
      state.rota.begin()
      return state.rota.free
    }
  }

  /// Threads that could help now.
  var free: Int { board.state.withLock { $0.rota.free } }

  /// A decoder's thread has finished its frame.
  func end() {
    let called = board.state.withLock { state in
      state.rota.end()
      return state.rota.call()
    }
    board.wake(called)
  }

  /// Runs all parts, on the calling thread and on free ones. Call ``begin()`` first.
  /// - Returns: false when a part failed.
  func run(_ work: CrewWork, _ decoder: borrowing JPEGDecompressor) -> Bool {
    let (frame, called) = board.state.withLock { state in
      let frame = state.rota.share(parts: work.parts)
      state.works.append((frame, work))
      return (frame, state.rota.call())
    }
    board.wake(called)
    var part = board.state.withLock { $0.rota.claim(frame) }
    while let claimed = part {
      let isGood = work.run(claimed, decoder)
      part = board.state.withLock { state in
        state.rota.finish(frame, isGood: isGood)
        return state.rota.claim(frame)
      }
    }
    if board.state.withLock({ $0.rota.await(frame) }) { work.done.wait() }
    return board.state.withLock { state in
      state.works.removeAll { $0.frame == frame }
      return state.rota.takeBack(frame)
    }
  }

  private static func help(_ board: Board, _ helper: Int) {
    let decoder = JPEGDecompressor()
    while true {
      board.bells[helper].wait()
      var errand = board.state.withLock { Board.errand(&$0, helper) }
      while case .part(let part, let work) = errand {
        let isGood = work.run(part, decoder)
        let isAwaited: Bool
        (isAwaited, errand) = board.state.withLock { state in
          let isAwaited = state.rota.finish(helper: helper, isGood: isGood)
          return (isAwaited, Board.errand(&state, helper))
        }
        if isAwaited { work.done.ring() }
      }
      if case .leave = errand { return }
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
