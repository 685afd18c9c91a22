import Testing

@testable import FrameFeed

/// The way to a feed's end, whatever ends it.
@Suite struct FeedEndingTests {
  /// Each answer that may follow an action.
  private static func answers(_ action: FeedEnding.Action, _ ending: FeedEnding) -> [(
    ending: FeedEnding, next: FeedEnding.Action
  )] {
    func after(_ body: (inout FeedEnding) -> FeedEnding.Action) -> (FeedEnding, FeedEnding.Action) {
      var copy = ending
      let next = body(&copy)
      return (copy, next)
    }
    func senders(_ failing: [Bool]) -> [(FeedEnding, FeedEnding.Action)] {
      [0, 7].flatMap { count in failing.map { fails in after { $0.senderEnded(count, hasFailed: fails) } } }
    }
    return switch action {
    case .awaitSender(.none): senders([false, true])
    case .awaitSender: senders([false, true]) + [after { $0.timePassed() }]
    case .halt: [after { $0.halted() }]
    case .refuse: [after { $0.refused() }]
    case .sendEnd: [after { $0.endSent(by: 5) }]
    case .awaitAnswers: [after { $0.answered(left: 0) }, after { $0.answered(left: 3) }]
    case .abandon: [after { $0.abandoned() }]
    case .finish: []
    }
  }

  /// Every way: each ends, in a few steps, and on each the stages are halted before the end goes out where frames
  /// were left, the end says what was sent, and answers are waited for whenever something was.
  @Test func everyWayLeadsToTheEnd() {
    var open: [(FeedEnding, [FeedEnding.Action])] = []
    let first = FeedEnding()
    open.append((first, [first.first]))
    var ends = 0
    while let (ending, way) = open.popLast() {
      let action = way.last!
      #expect(way.count < 12, "\(way)")
      if case .finish = action {
        ends += 1
        check(ending, way)
        continue
      }
      for (after, next) in Self.answers(action, ending) { open.append((after, way + [next])) }
    }
    #expect(ends > 15)
  }

  private func check(_ ending: FeedEnding, _ way: [FeedEnding.Action]) {
    #expect(ending.isOver && ending.sent != nil)
    #expect(Set(way).count == way.count, "nothing is done twice: \(way)")
    let ends = way.filter { if case .sendEnd = $0 { true } else { false } }
    #expect(ends == (ending.sent! > 0 ? [.sendEnd(count: ending.sent!)] : []), "\(way)")
    #expect(way.contains(.awaitAnswers(until: 5)) == (ending.sent! > 0), "\(way)")
    #expect(way.contains(.abandon) == !ending.isAnswered, "\(way)")
    #expect(way.contains(.halt) == (ending.halt != nil), "\(way)")
    #expect(way.contains(.refuse) == ending.isRefused && (!ending.isRefused || ending.halt == .deadline))
  }

  @Test func theUsualWay() {
    var ending = FeedEnding()
    #expect(ending.first == .awaitSender(.drain))
    #expect(ending.senderEnded(36, hasFailed: false) == .sendEnd(count: 36))
    #expect(ending.endSent(by: 9) == .awaitAnswers(until: 9))
    #expect(ending.answered(left: 0) == .finish && ending.halt == nil)
  }

  @Test func aSenderThatFailsLeavesFramesInTheStages() {
    var ending = FeedEnding()
    #expect(ending.senderEnded(3, hasFailed: true) == .halt)
    #expect(ending.halted() == .sendEnd(count: 3) && ending.halt == .failure)
  }

  /// A broker is given up only when the sender waits for it: where the stages were slow, it still gets the end.
  @Test func theTimeAfterAStopIsOver() {
    var slow = FeedEnding()
    #expect(slow.timePassed() == .halt && slow.halted() == .awaitSender(.moment))
    #expect(slow.senderEnded(2, hasFailed: false) == .sendEnd(count: 2) && !slow.isRefused)
    var gone = FeedEnding()
    _ = gone.timePassed()
    _ = gone.halted()
    #expect(gone.timePassed() == .refuse && gone.refused() == .awaitSender(.none))
    #expect(gone.senderEnded(2, hasFailed: false) == .sendEnd(count: 2) && gone.isRefused)
  }
}
