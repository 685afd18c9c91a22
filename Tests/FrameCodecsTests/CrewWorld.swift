@testable import FrameCodecs

/// A crew to explore: decoders with frames that they share or not, helpers, and whoever ends the crew. What a thread
/// does between two locks is one step; steps of different threads come in any order.
struct CrewWorld: Hashable {
  /// A thread of a decoder.
  enum Decoder: Hashable {
    case idle
    /// It may share its frame.
    case deciding
    /// It wakes helpers, one after the other, and goes on then.
    indirect case waking(Int?, then: Decoder)
    case claiming(Int)
    case working(Int, part: Int)
    case asking(Int)
    case sleeping(Int)
    case takingBack(Int)
    /// All that is left is its own.
    case alone
  }

  enum Helper: Hashable {
    case sleeping, asking
    case working(frame: Int, part: Int)
    /// It wakes a decoder.
    indirect case ringing(Int, then: Helper)
    case gone
  }

  /// Who ends the crew when all frames are done.
  enum Closer: Hashable {
    case notYet
    case waking(Int?)
  }

  enum Step: Hashable { case decoder(Int, shares: Bool), helper(Int), closer }

  private(set) var crew: CrewState
  private let threads: Int
  private let parts: Int
  private var decoders: [Decoder]
  private var framesLeft: [Int]
  private var helpers: [Helper]
  private var helperBells: [Bool]
  /// By frame.
  private var owners: [Int: Int] = [:]
  private var done: [Int: [Int]] = [:]
  private var decoderBells: Set<Int> = []
  private var closer = Closer.notYet
  /// How often helpers were called; frames that were shared, and those that ended.
  private var calls = 0
  private var shared = 0
  private var ended = 0
  private(set) var whatIsWrong: String?

  init(decoders: Int, threads: Int, frames: Int, parts: Int) {
    crew = CrewState(threads: threads)
    self.threads = threads
    self.parts = parts
    self.decoders = Array(repeating: .idle, count: decoders)
    framesLeft = Array(repeating: frames, count: decoders)
    helpers = Array(repeating: .sleeping, count: threads - 1)
    helperBells = Array(repeating: false, count: threads - 1)
  }

  /// Of its parts the second of each other frame is bad.
  private func isGood(_ frame: Int, _ part: Int) -> Bool { frame % 2 == 1 || part != 1 }

  // MARK: steps

  var steps: [Step] {
    var steps: [Step] = []
    for (at, decoder) in decoders.enumerated() {
      switch decoder {
      case .idle: if framesLeft[at] > 0 { steps.append(.decoder(at, shares: false)) }
      case .deciding: steps += [.decoder(at, shares: true), .decoder(at, shares: false)]
      case .sleeping(let frame): if decoderBells.contains(frame) { steps.append(.decoder(at, shares: false)) }
      default: steps.append(.decoder(at, shares: false))
      }
    }
    for (at, helper) in helpers.enumerated() {
      switch helper {
      case .sleeping: if helperBells[at] { steps.append(.helper(at)) }
      case .gone: break
      default: steps.append(.helper(at))
      }
    }
    if areDecodersDone, closer != .waking(nil) { steps.append(.closer) }
    return steps
  }

  private var areDecodersDone: Bool {
    decoders.allSatisfy { $0 == .idle } && framesLeft.allSatisfy { $0 == 0 }
  }

  mutating func take(_ step: Step) {
    let before = calls
    switch step {
    case .decoder(let at, let shares): decoders[at] = decode(at, shares)
    case .helper(let at): helpers[at] = help(at)
    case .closer: close()
    }
    check()
    if calls > before, closer == .notYet, decoding >= threads {
      whatIsWrong = "a helper was called though \(decoding) threads decode"
    }
  }

  private mutating func decode(_ at: Int, _ shares: Bool) -> Decoder {
    switch decoders[at] {
    case .idle:
      framesLeft[at] -= 1
      crew.begin()
      return .deciding
    case .deciding:
      guard shares else { return .alone }
      let frame = crew.share(parts: parts)
      owners[frame] = at
      done[frame] = []
      shared += 1
      return .waking(call(), then: .claiming(frame))
    case .waking(let helper, let then):
      guard let helper else { return then }
      helperBells[helper] = true
      return .waking(call(), then: then)
    case .claiming(let frame):
      return crew.claim(frame).map { .working(frame, part: $0) } ?? .asking(frame)
    case .working(let frame, let part):
      done[frame]?.append(part)
      crew.finish(frame, isGood: isGood(frame, part))
      return .claiming(frame)
    case .asking(let frame): return crew.mustWait(frame) ? .sleeping(frame) : .takingBack(frame)
    case .sleeping(let frame):
      decoderBells.remove(frame)
      return .takingBack(frame)
    case .takingBack(let frame):
      let isGood = crew.takeBack(frame)
      let all = done[frame]?.sorted() ?? []
      if all != Array(0..<parts) { whatIsWrong = "frame \(frame) came back with parts \(all)" }
      if isGood != (0..<parts).allSatisfy({ self.isGood(frame, $0) }) {
        whatIsWrong = "frame \(frame) came back as \(isGood ? "good" : "bad")"
      }
      owners[frame] = nil
      done[frame] = nil
      return .alone
    case .alone:
      crew.end()
      ended += 1
      return .waking(call(), then: .idle)
    }
  }

  private mutating func help(_ at: Int) -> Helper {
    switch helpers[at] {
    case .sleeping:
      helperBells[at] = false
      return .asking
    case .asking: return action(at)
    case .working(let frame, let part):
      done[frame]?.append(part)
      let isAwaited = crew.finish(helper: at, isGood: isGood(frame, part))
      let next = action(at)
      return isAwaited ? .ringing(frame, then: next) : next
    case .ringing(let frame, let then):
      decoderBells.insert(frame)
      return then
    case .gone: preconditionFailure("a helper that is gone does nothing")
    }
  }

  private mutating func action(_ at: Int) -> Helper {
    switch crew.action(of: at) {
    case .part(let part, let frame): .working(frame: frame, part: part)
    case .rest: .sleeping
    case .leave: .gone
    }
  }

  private mutating func call() -> Int? {
    let helper = crew.call()
    if helper != nil { calls += 1 }
    return helper
  }

  private mutating func close() {
    switch closer {
    case .notYet: crew.disband()
    case .waking(let helper): if let helper { helperBells[helper] = true }
    }
    closer = .waking(crew.call())
  }

  // MARK: judgement

  /// Threads that have a frame or a part of one, and helpers on their way.
  private var decoding: Int {
    decoders.count { if case .idle = $0 { false } else { !$0.isBetweenFrames } }
      + helpers.indices.count { helpers[$0].isAwake || helperBells[$0] }
  }

  /// Whether all is over.
  var isOver: Bool { areDecodersDone && helpers.allSatisfy { $0 == .gone } }

  private mutating func check() {
    // One a part; and where a thread was free and then was not, another when the next one is.
    if calls > shared * parts + ended {
      whatIsWrong = "\(calls) calls for \(shared) frames of \(parts) parts"
    }
    if helpers.count(where: { if case .working = $0 { true } else { false } }) > threads - 1 {
      whatIsWrong = "more helpers than there are"
    }
    let isWaking = decoders.contains { if case .waking = $0 { true } else { false } }
    guard !isWaking, closer == .notYet else { return }
    var crew = crew
    if let helper = crew.call() { whatIsWrong = "helper \(helper) rests though there is a part for it" }
  }
}

extension CrewWorld.Helper {
  /// Whether it is not asleep, nor about to be.
  fileprivate var isAwake: Bool {
    switch self {
    case .sleeping, .ringing(_, then: .sleeping), .gone: false
    default: true
    }
  }
}

extension CrewWorld.Decoder {
  /// Whether it is done with a frame and wakes helpers for others' still.
  fileprivate var isBetweenFrames: Bool {
    if case .waking(_, then: .idle) = self { true } else { false }
  }
}
