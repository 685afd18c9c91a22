internal import FrameCore

/// A fixed number of batch tensors, allocated once.
public final class TensorPool: Sendable {
  private struct State: ~Copyable {
    var free: [Block]
    var closed = false
  }

  /// Sound to send: a block is in `free` only while no batch uses it.
  private struct Block: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
  }

  public let spec: TensorSpec
  private let state: Monitor<State>

  /// - Parameter batches: number of tensors; with two, one can be filled while the model reads the other.
  public init(spec: TensorSpec, batches: Int) {
    precondition(batches > 0, "a tensor pool needs at least one batch")
    self.spec = spec
    let bytes = spec.batch * spec.bytesPerFrame
    let blocks = (0..<batches).map { _ in
      let base = LargeMemory.allocate(bytes)
      // Zeroed, so that a slot that was never written exposes no old memory contents.
      base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      return Block(base: base)
    }
    state = Monitor(State(free: blocks))
  }

  deinit {
    // Every batch in use refers to this pool, so that all blocks are free here.
    state.withLock { state in
      for block in state.free { block.base.deallocate() }
    }
  }

  /// Returns a batch with `count` 0; waits until one is released.
  /// - Returns: `nil` once the pool is closed.
  public func take() -> BatchTensor? {
    let block: Block? = state.withLock(waitingUntil: { $0.closed || !$0.free.isEmpty }) { state in
      state.closed ? nil : state.free.removeLast()
    }
    return block.map { BatchTensor(base: $0.base, pool: self) }
  }

  /// Refuses further batches and wakes waiting threads. Batches in use stay valid.
  public func close() {
    state.withLock { $0.closed = true }
    state.wakeAll()
  }

  /// Batches that can be taken without waiting.
  public var available: Int { state.withLock { $0.free.count } }

  func recycle(_ base: UnsafeMutableRawPointer) {
    let block = Block(base: base)
    state.withLock { $0.free.append(block) }
    state.wakeAll()
  }
}
