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
    var rota = CrewState(threads: 3)
    var calls: [Int?] = []
    var errands: [CrewState.Errand] = []
    rota.begin()
    calls.append(rota.call())
    let frame = rota.share(parts: 2)
    rota.begin()
    // Two have frames: one may help.
    calls += [rota.call(), rota.call()]
    #expect(calls == [nil, 0, nil])
    rota.begin()
    // Meanwhile all have: it goes back to sleep.
    errands.append(rota.errand(of: 0))
    calls = [rota.call()]
    rota.end()
    calls.append(rota.call())
    #expect(calls == [nil, 0])
    errands.append(rota.errand(of: 0))
    #expect(errands == [.rest, .part(0, frame: frame)])
    let claims = [rota.claim(frame), rota.claim(frame)]
    #expect(claims == [1, nil])
    rota.finish(frame, isGood: true)
    let waits = rota.await(frame)
    let isWoken = rota.finish(helper: 0, isGood: true)
    let last = rota.errand(of: 0)
    let isGood = rota.takeBack(frame)
    #expect(waits && isWoken && last == .rest && isGood)
  }

  /// Frames that come one after the other to decoders that are all busy wake nobody.
  @Test func busyDecodersWakeNobody() {
    var rota = CrewState(threads: 4)
    for _ in 0..<4 { rota.begin() }
    for _ in 0..<100 {
      #expect(rota.free == 0)
      rota.end()
      let called = rota.call()
      #expect(called == nil)
      rota.begin()
    }
  }
}
