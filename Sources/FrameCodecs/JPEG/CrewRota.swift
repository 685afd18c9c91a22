/// Who of a crew decodes what: decoders with frames of their own, helpers with parts of frames that are shared. A value
/// without locks or threads; ``DecodeCrew`` owns it, hands events in and does what comes out.
///
/// As many threads decode at a time as the crew has, decoders counted. Helpers are called only for parts that are there
/// and while fewer decode; what a helper has begun it ends, so that for the length of one part there may be more.
struct CrewRota: Sendable, Hashable {
  /// What a helper does next.
  enum Errand: Equatable {
    case part(Int, frame: Int)
    /// Sleep until it is called.
    case rest
    /// End its thread.
    case leave
  }

  private enum Helper: Hashable {
    case resting
    /// It has been called, and has not asked for its errand yet.
    case called
    /// Of this frame.
    case working(Int)
    case gone
  }

  /// A frame that a decoder shares, until that decoder has it back.
  private struct Shared: Hashable {
    var frame: Int
    var parts: Int
    var claimed = 0
    var finished = 0
    var hasFailed = false
    /// Whether its decoder waits for parts that helpers have.
    var isAwaited = false

    var unclaimed: Int { parts - claimed }
    var isDone: Bool { finished == parts }
  }

  /// Threads that decode at a time.
  private let threads: Int
  /// That have a frame.
  private var decoders = 0
  private var helpers: [Helper]
  /// In the order in which they were shared.
  private var shared: [Shared] = []
  private var frames = 0
  private var isDisbanded = false

  /// - Parameter threads: that decode at a time; one fewer helps.
  init(threads: Int) {
    precondition(threads > 1, "a crew is two threads or more")
    self.threads = threads
    helpers = Array(repeating: .resting, count: threads - 1)
    shared.reserveCapacity(threads)
  }

  /// Threads that could decode and do not.
  var free: Int { max(0, threads - decoders - called) }

  /// Helpers that do not rest.
  private var called: Int { helpers.count { $0 != .resting && $0 != .gone } }

  // MARK: decoders

  /// A decoder has a frame.
  mutating func begin() { decoders += 1 }

  /// It is done with it. Helpers may be called then.
  mutating func end() {
    precondition(decoders > 0, "more frames ended than begun")
    decoders -= 1
  }

  /// A decoder shares its frame; helpers may be called then.
  /// - Returns: the frame's number.
  mutating func share(parts: Int) -> Int {
    precondition(decoders > 0 && parts > 0 && !isDisbanded)
    frames &+= 1
    shared.append(Shared(frame: frames, parts: parts))
    return frames
  }

  /// The next part of a frame, for its decoder.
  /// - Returns: `nil` when all are taken.
  mutating func claim(_ frame: Int) -> Int? {
    let at = place(frame)
    guard shared[at].unclaimed > 0 else { return nil }
    shared[at].claimed += 1
    return shared[at].claimed - 1
  }

  /// The decoder of a frame has done a part of it.
  mutating func finish(_ frame: Int, isGood: Bool) {
    let at = place(frame)
    shared[at].finished += 1
    precondition(shared[at].finished <= shared[at].claimed, "a part was finished that nobody had")
    if !isGood { shared[at].hasFailed = true }
  }

  /// A frame's decoder finds no more parts.
  /// - Returns: whether it must wait for those that helpers have; it is told by ``finish(helper:isGood:)``.
  mutating func await(_ frame: Int) -> Bool {
    let at = place(frame)
    precondition(shared[at].unclaimed == 0, "a decoder waits before all is taken")
    shared[at].isAwaited = !shared[at].isDone
    return shared[at].isAwaited
  }

  /// All parts are done: the frame is its decoder's alone.
  /// - Returns: whether all parts were good.
  mutating func takeBack(_ frame: Int) -> Bool {
    let at = place(frame)
    precondition(shared[at].isDone, "a frame was taken back before its parts were done")
    return !shared.remove(at: at).hasFailed
  }

  // MARK: helpers

  /// A helper to wake: there is a part for it, and a thread is free. To be asked for again until there is none.
  mutating func call() -> Int? {
    if !isDisbanded {
      let coming = helpers.count { $0 == .called }
      guard !shared.isEmpty, free > 0, shared.reduce(0, { $0 + $1.unclaimed }) > coming else { return nil }
    }
    guard let helper = helpers.firstIndex(of: .resting) else { return nil }
    helpers[helper] = .called
    return helper
  }

  /// A helper that was called, or has finished a part, asks what to do.
  mutating func errand(of helper: Int) -> Errand {
    precondition(helpers[helper] == .called, "a helper works that nobody called")
    if isDisbanded {
      helpers[helper] = .gone
      return .leave
    }
    // It is counted itself.
    guard decoders + called <= threads, let at = shared.firstIndex(where: { $0.unclaimed > 0 }) else {
      helpers[helper] = .resting
      return .rest
    }
    helpers[helper] = .working(shared[at].frame)
    shared[at].claimed += 1
    return .part(shared[at].claimed - 1, frame: shared[at].frame)
  }

  /// A helper has done its part.
  /// - Returns: whether the frame's decoder waits for nothing more, and must be woken.
  mutating func finish(helper: Int, isGood: Bool) -> Bool {
    guard case .working(let frame) = helpers[helper] else {
      preconditionFailure("a helper finished what it did not have")
    }
    helpers[helper] = .called
    finish(frame, isGood: isGood)
    let at = place(frame)
    guard shared[at].isAwaited, shared[at].isDone else { return false }
    shared[at].isAwaited = false
    return true
  }

  /// The crew is no more: all helpers are to be called, and leave.
  mutating func disband() {
    precondition(shared.isEmpty, "a crew was disbanded with a frame")
    isDisbanded = true
  }

  private func place(_ frame: Int) -> Int {
    guard let at = shared.firstIndex(where: { $0.frame == frame }) else {
      preconditionFailure("not a frame that is shared")
    }
    return at
  }
}
