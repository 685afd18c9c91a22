import FrameCore
import Testing

@testable import FrameFeed

/// The order that several workers keep: every interleaving of small cases, then threads.
@Suite struct OrderedWorkTests {
  /// Two to four workers, room for one to four, few pieces, aborted anywhere or not: every order of steps, led to where
  /// nothing more can happen.
  @Test(arguments: [2, 3, 4], [false, true]) func everyInterleaving(_ workers: Int, _ mayAbort: Bool) {
    var (states, interleavings, cases) = (0, 0.0, 0)
    for capacity in 1...4 {
      for pieces in 0...6 {
        let world = OrderedWorkWorld(
          workers: workers, capacity: capacity, pieces: pieces, mayAbort: mayAbort)
        var explorer = Explorer()
        interleavings += explorer.explore(world.canonical)
        states += explorer.ways.count
        cases += 1
        #expect(explorer.fault == nil, "room for \(capacity), \(pieces) pieces: \(explorer.fault ?? "")")
      }
    }
    #expect(states > 1000)
    print(
      "\(workers) workers, aborts \(mayAbort): \(cases) cases, \(states) states, \(interleavings) interleavings"
    )
  }

  private struct Explorer {
    /// In how many ways each state leads to an end.
    var ways: [OrderedWorkWorld: Double] = [:]
    var fault: String?

    mutating func explore(_ world: OrderedWorkWorld) -> Double {
      if let known = ways[world] { return known }
      var count = 0.0
      let steps = world.steps
      if steps.isEmpty {
        fault = fault ?? world.fault
        count = 1
      }
      for step in steps {
        var after = world
        after.take(step)
        count += explore(after.canonical)
      }
      ways[world] = count
      return count
    }
  }

  @Test func whatIsFinishedLeavesByNumber() {
    var work = OrderedWork(capacity: 3)
    var left: [OrderedWork.Leaving] = []
    #expect(work.leaving == .notYet && work.room == .free)
    for ticket in 0..<3 { expect(work.take(), ticket) }
    #expect(work.room == .full)
    expect(work.finish(2), true)
    expect(work.finish(1), true)
    expect(work.leave(), .notYet)
    expect(work.finish(0), true)
    expect(work.leave(), .ticket(0))
    expect(work.take(), 3)
    work.end()
    #expect(work.room == .closed)
    for _ in 0..<3 { left.append(work.leave()) }
    #expect(left == [.ticket(1), .ticket(2), .notYet])
    expect(work.finish(3), true)
    expect(work.leave(), .ticket(3))
    expect(work.leave(), .over)
  }

  @Test func nothingLeavesAfterAnAbort() {
    var work = OrderedWork(capacity: 2)
    expect(work.take(), 0)
    expect(work.take(), 1)
    expect(work.finish(0), true)
    work.abort()
    work.end()
    #expect(work.leaving == .over && work.room == .closed)
    expect(work.take(), nil)
    expect(work.finish(1), false)
  }

  /// `#expect` takes no expression that changes something.
  private func expect<Value: Equatable>(
    _ value: Value, _ wanted: Value, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(value == wanted, sourceLocation: location)
  }

  /// Threads that are now fast, now slow, and a receiver that is slower than all: its pieces are all there at the end
  /// of the input, when the workers that find no more end. (Before, the last ones were dropped there, and the
  /// receiver waited for them for ever.)
  @Test(arguments: [1, 2, 3, 4, 8], [1, 2, 5, 16]) func threadsKeepTheOrder(_ threads: Int, _ capacity: Int) {
    for round in 0..<20 {
      let queue = BoundedQueue<Int>(capacity: 4)
      let workers = OrderedWorkers<Int, Int>(queue, capacity: capacity)
      let count = 50 + round
      let all =
        (0..<threads).map { number in
          PipelineThread("worker") {
            workers.work { piece in
              if (piece &* 31 &+ number &+ round) % 7 == 0 { Self.pause(microseconds: 200) }
              return piece % 5 == 4 ? nil : piece
            }
          }
        } + [
          PipelineThread("source") {
            for piece in 0..<count { queue.push(piece) }
            queue.close()
          }
        ]
      var received: [Int] = []
      while let product = workers.next() {
        received.append(product)
        if product % 11 == 0 { Self.pause(microseconds: 100) }
      }
      for thread in all { thread.join() }
      #expect(received == (0..<count).filter { $0 % 5 != 4 })
    }
  }

  /// An abort at any time ends everybody, and nothing comes after it.
  @Test(arguments: 0..<40) func anAbortEndsAll(_ after: Int) {
    let queue = BoundedQueue<Int>(capacity: 4)
    let workers = OrderedWorkers<Int, Int>(queue, capacity: 3)
    let threads =
      (0..<3).map { _ in PipelineThread("worker") { workers.work { $0 } } } + [
        PipelineThread("source") {
          var piece = 0
          while queue.push(piece) != .closed { piece += 1 }
        }
      ]
    for piece in 0..<after { #expect(workers.next() == piece) }
    workers.abort()
    queue.close()
    queue.removeAll()
    for thread in threads { thread.join() }
    #expect(workers.next() == nil)
  }

  private static func pause(microseconds: Int64) {
    _ = StopSignal().sleep(until: FrameClock.monotonic() + microseconds * 1000)
  }
}

extension OrderedWorkWorld {
  /// Which worker does what makes no difference: the turn's holder first.
  var canonical: Self {
    var world = self
    var order = Array(workers.indices)
    order.sort { left, right in
      if (left == turn) != (right == turn) { return left == turn }
      return Self.rank(workers[left]) < Self.rank(workers[right])
    }
    world.workers = order.map { workers[$0] }
    world.turn = turn == nil ? nil : 0
    return world
  }

  private static func rank(_ worker: Worker) -> Int {
    switch worker {
    case .idle: 0
    case .atQueue: 1
    case .holding: 2
    case .working(let ticket, _): 10 + ticket
    case .gone: 5
    }
  }
}
