@testable import FrameFeed

/// Workers, a source and a sender around an ``OrderedWork``: each step is what one thread does between two waits, as
/// ``OrderedWorkers`` does it. Every order of steps is possible; none may lose a piece, change the order, or stand
/// still.
struct OrderedWorkWorld: Hashable {
  enum Worker: Hashable {
    case idle
    /// At the queue, with room.
    case atQueue
    /// With a piece and no ticket yet.
    case holding(Int)
    case working(ticket: Int, piece: Int)
    case gone
  }

  enum Step: Hashable {
    case push
    case close
    case work(Int)
    case send
    case abort
  }

  var work: OrderedWork
  var workers: [Worker]
  /// Pieces that are still to come; pieces in the queue.
  var coming: [Int]
  var queue: [Int] = []
  var isClosed = false
  var hasAborted = false
  var mayAbort: Bool
  /// Whose turn at the queue it is.
  var turn: Int?
  var products: [Int: Int] = [:]
  var sent: [Int] = []
  var isSenderDone = false
  /// The most that was out at a time.
  var most = 0

  init(workers count: Int, capacity: Int, pieces: Int, mayAbort: Bool) {
    work = OrderedWork(capacity: capacity)
    workers = Array(repeating: .idle, count: count)
    coming = Array(0..<pieces)
    self.mayAbort = mayAbort
  }

  /// Every third piece leaves nothing, as a frame that cannot be encoded.
  static func leavesNothing(_ piece: Int) -> Bool { piece % 3 == 1 }

  var steps: [Step] {
    var steps: [Step] = []
    if !coming.isEmpty, !isClosed { steps.append(.push) }
    // The source may end at any time: what it has not given was never there.
    if !isClosed { steps.append(.close) }
    for (number, worker) in workers.enumerated() where canStep(number, worker) { steps.append(.work(number)) }
    if !isSenderDone, work.leaving != .notYet { steps.append(.send) }
    if mayAbort, !hasAborted { steps.append(.abort) }
    return steps
  }

  private func canStep(_ number: Int, _ worker: Worker) -> Bool {
    switch worker {
    case .idle: (turn == nil || turn == number) && (turn == nil || work.room != .full)
    case .atQueue: !queue.isEmpty || isClosed
    case .holding, .working: true
    case .gone: false
    }
  }

  mutating func take(_ step: Step) {
    switch step {
    case .push: queue.append(coming.removeFirst())
    case .close: isClosed = true
    case .work(let number): advance(number)
    case .send:
      switch work.leave() {
      case .ticket(let ticket): if let piece = products.removeValue(forKey: ticket) { sent.append(piece) }
      case .over: isSenderDone = true
      case .notYet: break
      }
    case .abort:
      // As the stages are halted: the work first, then the queue.
      hasAborted = true
      work.abort()
      isClosed = true
      queue = []
    }
    most = max(most, work.out)
  }

  private mutating func advance(_ number: Int) {
    switch workers[number] {
    case .idle where turn == nil: turn = number
    case .idle:
      if work.room == .free {
        workers[number] = .atQueue
      } else {
        (workers[number], turn) = (.gone, nil)
      }
    case .atQueue:
      if queue.isEmpty {
        work.end()
        (workers[number], turn) = (.gone, nil)
      } else {
        workers[number] = .holding(queue.removeFirst())
      }
    case .holding(let piece):
      turn = nil
      workers[number] = work.take().map { .working(ticket: $0, piece: piece) } ?? .gone
    case .working(let ticket, let piece):
      if work.finish(ticket), !Self.leavesNothing(piece) { products[ticket] = piece }
      workers[number] = .idle
    case .gone: preconditionFailure("a worker that is gone does nothing")
    }
  }

  /// What is wrong where nothing more can happen.
  var fault: String? {
    guard workers.allSatisfy({ $0 == .gone }), isSenderDone else { return "stands still: \(self)" }
    if most > work.capacity { return "\(most) were out" }
    let given = Array(sent.indices)
    if sent != sent.sorted() || given.count != Set(sent).count { return "out of order: \(sent)" }
    guard !hasAborted else { return nil }
    let pieces = (0..<(coming.first ?? .max)).prefix(work.taken).filter { !Self.leavesNothing($0) }
    return sent == Array(pieces) && products.isEmpty ? nil : "sent \(sent) of \(Array(pieces))"
  }
}
