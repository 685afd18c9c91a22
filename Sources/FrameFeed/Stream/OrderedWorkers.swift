import FrameCore

/// Several threads that process the pieces of one queue. The products leave in the order of the pieces.
///
/// At most `capacity` pieces are being processed or wait to leave (see ``OrderedWork``); the others stay in the queue,
/// where its policy applies.
final class OrderedWorkers<Piece: ~Copyable & Sendable, Product: ~Copyable & Sendable>: Sendable {
  private struct State: ~Copyable, @unchecked Sendable {
    // Sound: `products` is allocated once and used only under the monitor's lock.
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
  /// Held by the worker that waits for a piece, which then gets the next ticket. The other workers wait for this lock,
  /// so that a new piece wakes only one of them.
  private let turn = Lock(Serial())

  init(_ queue: BoundedQueue<Piece>, capacity: Int) {
    self.queue = queue
    state = Monitor(State(capacity: capacity))
  }

  /// Runs one worker: processes pieces until the queue is closed and empty. Any number of threads may call it.
  /// - Parameter body: makes a product of a piece; after `nil` there is none.
  func work(_ body: (consuming Piece) -> Product?) {
    while let taken = take() {
      let ticket = taken.ticket
      finish(ticket, body(taken.piece))
    }
  }

  /// Waits for the next product in order and returns it. For one thread.
  /// - Returns: `nil` after the last product or an abort.
  func next() -> Product? {
    while true {
      let departure: Departure = state.withLock(waitingUntil: { $0.work.leaving != .notYet }) { state in
        guard case .ticket(let ticket) = state.work.leave() else { return .over }
        guard let product = state.products[ticket % state.work.capacity].take() else { return .nothing }
        return .product(product)
      }
      // The worker that holds `turn` may wait for this room.
      state.wakeAll()
      switch consume departure {
      case .product(let product): return product
      case .nothing: continue
      case .over: return nil
      }
    }
  }

  /// Ends all work at once: workers get no more pieces, and no product is returned. Products stay here until this
  /// object is released.
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
        // Every earlier piece has its ticket: pieces are taken under `turn`.
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
