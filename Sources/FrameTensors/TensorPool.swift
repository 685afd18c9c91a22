internal import FrameCore

/// A fixed number of batch tensors, allocated once; waits when all are out.
public final class TensorPool: Sendable {
  private struct State: ~Copyable {
    var free: [Block]
    var closed = false
  }

  /// Sound to send: it is in `free` only while no batch uses it.
  private struct Block: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
  }

  public let spec: TensorSpec
  private let state: Monitor<State>

  /// - Parameter batches: tensors in all; two let one be filled while the model reads the other.
  public init(spec: TensorSpec, batches: Int) {
    precondition(batches > 0, "a tensor pool needs at least one batch")
    self.spec = spec
    let bytes = spec.batch * spec.bytesPerFrame
    let blocks = (0..<batches).map { _ in
      let base = LargeMemory.allocate(bytes)
      // Zeroed, so that a slot that was never written holds no stranger's bytes.
      base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      return Block(base: base)
    }
    state = Monitor(State(free: blocks))
  }

  deinit {
    // Every batch that is out holds this pool, so all blocks are back here.
    state.withLock { state in
      for block in state.free { block.base.deallocate() }
    }
  }

  /// A batch with `count` 0; waits for one to be released.
  /// - Returns: `nil` once the pool is closed.
  public func take() -> BatchTensor? {
    let block: Block? = state.withLock(waitingUntil: { $0.closed || !$0.free.isEmpty }) { state in
      state.closed ? nil : state.free.removeLast()
    }
    return block.map { BatchTensor(base: $0.base, pool: self) }
  }

  /// Hands out nothing more and wakes who waits. Batches that are out stay valid.
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
