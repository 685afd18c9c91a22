import FrameCore

/// Lets several threads work on the pieces of one queue, and gives out what they make in the order of the pieces.
///
/// Bounded: what is at work or waits for its turn to leave is at most `capacity` (see ``OrderedWork``); the rest stays
/// in the queue, where its policy acts.
final class OrderedWorkers<Piece: ~Copyable & Sendable, Product: ~Copyable & Sendable>: Sendable {
  private struct State: ~Copyable, @unchecked Sendable {
    // Sound: `products` is allocated once and used under the monitor's lock only.
    let products: UnsafeMutablePointer<Product?>
    var work: OrderedWork

    init(capacity: Int) {
      work = OrderedWork(capacity: capacity)
      products = .allocate(capacity: capacity)
      for at in 0..<capacity { (products + at).initialize(to: nil) }
    }

    deinit {
      products.deinitialize(count: work.capacity)
      products.deallocate()
    }
  }

  private let queue: BoundedQueue<Piece>
  private let state: Monitor<State>
  /// The turn at the queue: whoever has it waits for a piece, which then has the next ticket. Who waits for the turn
  /// would wait for the same piece; waiting here, it is not woken by each that comes.
  private let turn = Lock(Turn())

  init(_ queue: BoundedQueue<Piece>, capacity: Int) {
    self.queue = queue
    state = Monitor(State(capacity: capacity))
  }

  /// One worker: works on pieces until the queue is closed and empty. For any number of threads.
  /// - Parameter body: makes a product of a piece; `nil` leaves nothing.
  func work(_ body: (consuming Piece) -> Product?) {
    while let taken = take() {
      let ticket = taken.ticket
      finish(ticket, body(taken.piece))
    }
  }

  /// The next product in order; waits for it. For one thread.
  /// - Returns: `nil` after the last, or once aborted.
  func next() -> Product? {
    while true {
      let departure: Departure = state.withLock(waitingUntil: { $0.work.leaving != .notYet }) { state in
        guard case .ticket(let ticket) = state.work.leave() else { return .over }
        guard let product = state.products[ticket % state.work.capacity].take() else { return .nothing }
        return .product(product)
      }
      // Who has the turn may wait for the room that this made.
      state.wakeAll()
      switch consume departure {
      case .product(let product): return product
      case .nothing: continue
      case .over: return nil
      }
    }
  }

  /// Ends all work at once: workers find nothing more to do, and nothing more is given out. What is here stays until
  /// this object goes.
  func abort() {
    state.withLock { $0.work.abort() }
    state.wakeAll()
  }

  private struct Taken: ~Copyable, Sendable {
    let ticket: Int
    let piece: Piece
  }

  private enum Departure: ~Copyable {
    case product(Product)
    case nothing
    case over
  }

  private func take() -> Taken? {
    turn.withLock { _ in
      let room = state.withLock(waitingUntil: { $0.work.room != .full }) { $0.work.room }
      guard room == .free else { return nil }
      guard let piece = queue.pop() else {
        // Each piece there was has its ticket by now: they are taken in turn.
        state.withLock { $0.work.end() }
        state.wakeAll()
        return nil
      }
      guard let ticket = state.withLock({ $0.work.take() }) else { return nil }
      return Taken(ticket: ticket, piece: piece)
    }
  }

  private func finish(_ ticket: Int, _ product: consuming Product?) {
    var product = product
    let isNext = state.withLock { state in
      guard state.work.finish(ticket) else { return false }
      state.products[ticket % state.work.capacity] = product.take()
      return ticket == state.work.left
    }
    if isNext { state.wakeAll() }
  }
}
