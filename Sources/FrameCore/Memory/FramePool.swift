/// A bounded pool of frame memory that reuses released buffers.
///
/// It allocates nothing after warm-up, when every slab has held the largest frame. When the pool is exhausted, `take`
/// waits until a buffer is released, or returns `nil` once the pool is closed.
public final class FramePool: Sendable {
  private struct State: ~Copyable {
    var free: [Slab] = []
    var outstanding = 0
    var outstandingBytes = 0
    var closed = false
  }

  private let state = Monitor(State())
  private let maximumBuffers: Int
  private let maximumBytes: Int
  /// This many buffers may be in use whatever their size, so that one huge frame can still pass.
  private static let alwaysAllowed = 3

  /// - Parameters:
  ///   - buffers: most buffers in use at a time.
  ///   - bytes: most bytes in use at a time, applied from three buffers in use on.
  public init(buffers: Int, bytes: Int = .max) {
    precondition(buffers > 0, "a frame pool needs at least one buffer")
    maximumBuffers = buffers
    maximumBytes = bytes
    state.withLock { $0.free.reserveCapacity(buffers) }
  }

  deinit {
    state.withLock { for slab in $0.free { slab.free() } }
  }

  /// Returns an empty buffer of at least `capacity` bytes. Blocks the calling thread while the pool is exhausted.
  /// - Returns: `nil` once the pool is closed.
  public func take(_ capacity: Int) -> FrameBuffer? {
    let slab: Slab? = state.withLock(waitingUntil: { self.canTake(capacity, $0) }) { state in
      guard !state.closed else { return nil }
      let slab = Self.reuse(capacity, &state.free)
      state.outstanding += 1
      state.outstandingBytes += slab.capacity
      return slab
    }
    guard let slab else { return nil }
    return FrameBuffer(slab: slab, pool: self)
  }

  /// Wakes every waiting thread; from now on `take` returns `nil`.
  public func close() {
    state.withLock { $0.closed = true }
    state.wakeAll()
  }

  /// Buffers in use.
  public var outstanding: Int { state.withLock { $0.outstanding } }

  private func canTake(_ capacity: Int, _ state: borrowing State) -> Bool {
    if state.closed || state.outstanding < Self.alwaysAllowed { return true }
    return state.outstanding < maximumBuffers && state.outstandingBytes + capacity <= maximumBytes
  }

  func recycle(_ slab: Slab) {
    state.withLock { state in
      state.outstanding -= 1
      state.outstandingBytes -= slab.capacity
      state.free.append(slab)
    }
    state.wakeAll()
  }

  func enlarge(_ slab: Slab, to capacity: Int, keeping count: Int) -> Slab {
    state.withLock { state in
      let larger = Self.reuse(capacity, &state.free)
      larger.base.copyMemory(from: slab.base, byteCount: count)
      state.outstandingBytes += larger.capacity - slab.capacity
      slab.free()
      return larger
    }
  }

  /// Returns the smallest free slab that is large enough; else a new one in place of the smallest free slab, which is
  /// too small for the feed's frames.
  private static func reuse(_ capacity: Int, _ free: inout [Slab]) -> Slab {
    var best: Int?
    var smallest: Int?
    for (index, slab) in free.enumerated() {
      if slab.capacity >= capacity, best.map({ free[$0].capacity > slab.capacity }) ?? true { best = index }
      if smallest.map({ free[$0].capacity > slab.capacity }) ?? true { smallest = index }
    }
    if let best {
      free.swapAt(best, free.count - 1)
      return free.removeLast()
    }
    if let smallest {
      free.swapAt(smallest, free.count - 1)
      free.removeLast().free()
    }
    return Slab.allocate(capacity)
  }
}
