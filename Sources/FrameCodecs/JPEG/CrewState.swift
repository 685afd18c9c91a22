/// The state machine of a crew: which decoder has a frame of its own, and which helper works on which part of a shared
/// frame. A value without locks or threads; ``DecodeCrew`` owns it, passes events to it and performs the results.
///
/// At most `threads` threads decode at a time, decoders included. Helpers are woken only for parts that exist and while
/// fewer threads decode. A helper completes a part that it has started, so that for the length of one part there may be
/// more.
struct CrewState: Sendable, Hashable {
  /// The next action of a helper.
  enum Action: Equatable {
    case part(Int, frame: Int)
    /// Sleep until woken.
    case rest
    /// End its thread.
    case leave
  }

  private enum Helper: Hashable {
    case resting
    /// Woken, but has not asked for its action yet.
    case called
    /// Works on a part of this frame.
    case working(Int)
    case gone
  }

  /// A frame that a decoder shares, until the decoder takes it back.
  private struct Shared: Hashable {
    var frame: Int
    var parts: Int
    var claimed = 0
    var finished = 0
    var hasFailed = false
    /// Whether its decoder waits for parts that helpers work on.
    var isAwaited = false

    var unclaimed: Int { parts - claimed }
    var isDone: Bool { finished == parts }
  }

  /// Threads that decode at a time.
  private let threads: Int
  /// Decoders that have a frame.
  private var decoders = 0
  private var helpers: [Helper]
  /// In the order of sharing.
  private var shared: [Shared] = []
  private var frames = 0
  private var isDisbanded = false

  /// - Parameter threads: the number that decode at a time; one fewer is the number of helpers.
  init(threads: Int) {
    precondition(threads > 1, "a crew is two threads or more")
    self.threads = threads
    helpers = Array(repeating: .resting, count: threads - 1)
    shared.reserveCapacity(threads)
  }

  /// Threads that could decode and do not.
  var free: Int { max(0, threads - decoders - called) }

  /// Helpers that are not resting.
  private var called: Int { helpers.count { $0 != .resting && $0 != .gone } }

  // MARK: decoders

  /// A decoder starts a frame.
  mutating func begin() { decoders += 1 }

  /// A decoder has finished its frame. Helpers may be woken after it.
  mutating func end() {
    precondition(decoders > 0, "more frames ended than begun")
    decoders -= 1
  }

  /// A decoder shares its frame. Helpers may be woken after it.
  /// - Returns: the frame's number.
  mutating func share(parts: Int) -> Int {
    precondition(decoders > 0 && parts > 0 && !isDisbanded)
    frames &+= 1
    shared.append(Shared(frame: frames, parts: parts))
    return frames
  }

  /// Claims the next part of a frame for its decoder.
  /// - Returns: `nil` when all parts are claimed.
  mutating func claim(_ frame: Int) -> Int? {
    let at = place(frame)
    guard shared[at].unclaimed > 0 else { return nil }
    shared[at].claimed += 1
    return shared[at].claimed - 1
  }

  /// The decoder of a frame has finished a part of it.
  mutating func finish(_ frame: Int, isGood: Bool) {
    let at = place(frame)
    shared[at].finished += 1
    precondition(shared[at].finished <= shared[at].claimed, "a finished part was not claimed")
    if !isGood { shared[at].hasFailed = true }
  }

  /// A frame's decoder has no more parts to claim.
  /// - Returns: whether it must wait for parts that helpers work on, until ``finish(helper:isGood:)`` returns true.
  mutating func mustWait(_ frame: Int) -> Bool {
    let at = place(frame)
    precondition(shared[at].unclaimed == 0, "a decoder waits before all parts are claimed")
    shared[at].isAwaited = !shared[at].isDone
    return shared[at].isAwaited
  }

  /// Removes a frame, all of whose parts are done, from the shared ones.
  /// - Returns: whether all parts were good.
  mutating func takeBack(_ frame: Int) -> Bool {
    let at = place(frame)
    precondition(shared[at].isDone, "a frame was taken back before its parts were done")
    return !shared.remove(at: at).hasFailed
  }

  // MARK: helpers

  /// Returns a helper to wake: there is a part for it, and a thread is free. Call again until it returns `nil`.
  mutating func call() -> Int? {
    if !isDisbanded {
      let coming = helpers.count { $0 == .called }
      guard !shared.isEmpty, free > 0, shared.reduce(0, { $0 + $1.unclaimed }) > coming else { return nil }
    }
    guard let helper = helpers.firstIndex(of: .resting) else { return nil }
    helpers[helper] = .called
    return helper
  }

  /// Returns the next action of a helper that was woken or has finished a part.
  mutating func action(of helper: Int) -> Action {
    precondition(helpers[helper] == .called, "a helper works that was not called")
    if isDisbanded {
      helpers[helper] = .gone
      return .leave
    }
    // `called` includes this helper.
    guard decoders + called <= threads, let at = shared.firstIndex(where: { $0.unclaimed > 0 }) else {
      helpers[helper] = .resting
      return .rest
    }
    helpers[helper] = .working(shared[at].frame)
    shared[at].claimed += 1
    return .part(shared[at].claimed - 1, frame: shared[at].frame)
  }

  /// A helper has finished its part.
  /// - Returns: whether that was the last part that the frame's decoder waits for, so that it must be woken.
  mutating func finish(helper: Int, isGood: Bool) -> Bool {
    guard case .working(let frame) = helpers[helper] else {
      preconditionFailure("a helper finished a part that it did not have")
    }
    helpers[helper] = .called
    finish(frame, isGood: isGood)
    let at = place(frame)
    guard shared[at].isAwaited, shared[at].isDone else { return false }
    shared[at].isAwaited = false
    return true
  }

  /// Ends the crew: all helpers are to be woken, and end their threads.
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
