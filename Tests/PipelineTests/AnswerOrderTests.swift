import Testing

@testable import FrameFeed

/// Elements that are settled by several threads in any order, and leave through whichever thread finds the first.
private struct OrderWorld: ExploredWorld {
  enum Step { case enter, settle(Int), look(Int), left(Int), abandon }

  let count: Int
  var order: AnswerOrder<Int>
  var entered = 0
  var open: [Int] = []
  /// What each thread does: it has settled and looks whether one may leave, or lets one leave.
  var looking: [Bool]
  var leaving: [Int?]
  var gone: [Int] = []
  var mayAbandon: Bool
  var isAbandoned = false
  var wrong: String?

  init(_ count: Int, limit: Int, threads: Int, mayAbandon: Bool) {
    self.count = count
    order = AnswerOrder(limit: limit)
    looking = Array(repeating: false, count: threads)
    leaving = Array(repeating: nil, count: threads)
    self.mayAbandon = mayAbandon
  }

  var steps: [Step] {
    var steps: [Step] = []
    if entered < count, order.hasRoom, !isAbandoned { steps.append(.enter) }
    // A thread that settles looks before it settles again.
    if looking.indices.contains(where: { !looking[$0] && leaving[$0] == nil }) {
      steps += open.map { .settle($0) }
    }
    for thread in looking.indices {
      if looking[thread] { steps.append(.look(thread)) }
      if leaving[thread] != nil { steps.append(.left(thread)) }
    }
    if mayAbandon, !isAbandoned { steps.append(.abandon) }
    return steps
  }

  mutating func take(_ step: Step) {
    switch step {
    case .enter:
      if order.enter() != entered { wrong = "another ticket" }
      open.append(entered)
      entered += 1
    case .settle(let ticket):
      guard let thread = looking.indices.first(where: { !looking[$0] && leaving[$0] == nil }) else { return }
      open.removeAll { $0 == ticket }
      order.settle(ticket, ticket)
      looking[thread] = true
    case .look(let thread):
      looking[thread] = false
      leaving[thread] = order.leave()
      if leaving.compactMap({ $0 }).count > 1 { wrong = "two leave at a time" }
    case .left(let thread):
      if let ticket = leaving[thread] { gone.append(ticket) }
      leaving[thread] = nil
      order.left()
      looking[thread] = true
    case .abandon:
      isAbandoned = true
      order.abandon()
    }
  }

  var whatIsWrong: String? {
    if let wrong { return wrong }
    if gone != Array(0..<gone.count) { return "gone \(gone)" }
    guard steps.isEmpty, !isAbandoned else { return nil }
    return gone.count == count && order.isEmpty ? nil : "stuck with \(gone)"
  }

  var key: String { "\(order) \(entered) \(open) \(looking) \(leaving) \(gone.count) \(isAbandoned)" }
}

@Suite struct AnswerOrderTests {
  @Test(arguments: [(4, 1), (5, 2), (5, 3), (5, 5)], [1, 2, 3])
  func everyOrder(_ size: (count: Int, limit: Int), threads: Int) {
    for mayAbandon in [false, true] {
      let all = Exploration.of(
        OrderWorld(size.count, limit: size.limit, threads: threads, mayAbandon: mayAbandon))
      #expect(all.fault == nil)
      #expect(all.ends > 0)
    }
  }
}
