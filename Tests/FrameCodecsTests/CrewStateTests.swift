import FrameCore
import Testing

@testable import FrameCodecs

/// Who of a crew decodes what.
@Suite struct CrewStateTests {
  struct Case: CustomStringConvertible, Sendable {
    var decoders: Int
    var threads: Int
    var frames: Int
    var parts: Int
    var description: String { "\(decoders) decoders, \(threads) threads, \(frames) frames of \(parts) parts" }
  }

  /// Every order of the steps of all threads: each part is done once, nobody waits for ever, nobody rests beside open
  /// parts while a thread is free, nobody is woken for nothing.
  @Test(arguments: [
    Case(decoders: 1, threads: 2, frames: 2, parts: 3), Case(decoders: 1, threads: 4, frames: 1, parts: 4),
    Case(decoders: 2, threads: 2, frames: 2, parts: 2), Case(decoders: 2, threads: 3, frames: 1, parts: 2),
    Case(decoders: 3, threads: 2, frames: 1, parts: 2),
  ]) func everyOrder(of each: Case) {
    let world = CrewWorld(
      decoders: each.decoders, threads: each.threads, frames: each.frames, parts: each.parts)
    var seen: Set<CrewWorld> = [world]
    var open = [world]
    var ends = 0
    while let world = open.popLast() {
      let steps = world.steps
      if steps.isEmpty {
        ends += 1
        guard world.isOver else {
          Issue.record("stuck: \(world)")
          return
        }
      }
      for step in steps {
        var next = world
        next.take(step)
        guard next.whatIsWrong == nil else {
          Issue.record("\(next.whatIsWrong ?? "") after \(step): \(world)")
          return
        }
        if seen.insert(next).inserted { open.append(next) }
      }
    }
    #expect(ends > 0)
    print("\(each): \(seen.count) states")
  }

  @Test func helpersAreCalledOnlyForOpenPartsAndFreeThreads() {
    var crew = CrewState(threads: 3)
    var calls: [Int?] = []
    var actions: [CrewState.Action] = []
    crew.begin()
    calls.append(crew.call())
    let frame = crew.share(parts: 2)
    crew.begin()
    // Two have frames: one may help.
    calls += [crew.call(), crew.call()]
    #expect(calls == [nil, 0, nil])
    crew.begin()
    // Meanwhile all have: it goes back to sleep.
    actions.append(crew.action(of: 0))
    calls = [crew.call()]
    crew.end()
    calls.append(crew.call())
    #expect(calls == [nil, 0])
    actions.append(crew.action(of: 0))
    #expect(actions == [.rest, .part(0, frame: frame)])
    let claims = [crew.claim(frame), crew.claim(frame)]
    #expect(claims == [1, nil])
    crew.finish(frame, isGood: true)
    let waits = crew.mustWait(frame)
    let isWoken = crew.finish(helper: 0, isGood: true)
    let last = crew.action(of: 0)
    let isGood = crew.takeBack(frame)
    #expect(waits && isWoken && last == .rest && isGood)
  }

  /// Frames that come one after the other to decoders that are all busy wake nobody.
  @Test func busyDecodersWakeNobody() {
    var crew = CrewState(threads: 4)
    for _ in 0..<4 { crew.begin() }
    for _ in 0..<100 {
      #expect(crew.free == 0)
      crew.end()
      let called = crew.call()
      #expect(called == nil)
      crew.begin()
    }
  }
}
