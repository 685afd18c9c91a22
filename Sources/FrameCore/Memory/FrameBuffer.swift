import Glibc

/// One piece of pooled memory that holds a frame's bytes. It returns to its pool when the value is destroyed.
///
/// The memory is 64-byte aligned. Moving the buffer moves the ownership; the bytes are never copied.
public struct FrameBuffer: ~Copyable, @unchecked Sendable {
  // Sound: the slab is owned by exactly this value; no other reference to its memory exists until deinit.
  private var slab: Slab
  private let pool: FramePool
  /// Bytes in use, from the start of the memory.
  public private(set) var count: Int

  init(slab: Slab, pool: FramePool) {
    self.slab = slab
    self.pool = pool
    self.count = 0
  }

  deinit { pool.recycle(slab) }

  /// Bytes the memory can hold.
  public var capacity: Int { slab.capacity }

  /// The bytes in use.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let span = RawSpan(_unsafeStart: slab.base, byteCount: count)
      return _overrideLifetime(span, borrowing: self)
    }
  }

  /// The bytes in use, mutable in place.
  public var mutableBytes: MutableRawSpan {
    @_lifetime(&self)
    mutating get {
      let span = MutableRawSpan(_unsafeStart: slab.base, byteCount: count)
      return _overrideLifetime(span, mutating: &self)
    }
  }

  /// Ensures a capacity of at least `capacity` bytes and keeps the bytes in use. Copies them when it must grow.
  public mutating func reserve(_ capacity: Int) {
    guard capacity > slab.capacity else { return }
    var larger = pool.enlarge(slab, to: capacity, keeping: count)
    swap(&slab, &larger)
  }

  /// Calls `body` to write from the start of the memory (all `capacity` bytes). The count it returns is the number of
  /// bytes in use.
  public mutating func fill<E: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Int
  ) throws(E) {
    let written = try body(UnsafeMutableRawBufferPointer(start: slab.base, count: slab.capacity))
    precondition(written >= 0 && written <= slab.capacity, "wrote past the frame buffer")
    count = written
  }

  /// Calls `body` to write to the free bytes after those in use, and adds the count it returns.
  public mutating func append<E: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Int
  ) throws(E) {
    let free = UnsafeMutableRawBufferPointer(start: slab.base + count, count: slab.capacity - count)
    let written = try body(free)
    precondition(written >= 0 && written <= free.count, "wrote past the frame buffer")
    count += written
  }

  /// Copies bytes after those in use, growing if needed.
  public mutating func append(copying source: RawSpan) {
    reserve(count + source.byteCount)
    let end = slab.base + count
    source.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress { end.copyMemory(from: start, byteCount: bytes.count) }
    }
    count += source.byteCount
  }

  /// Sets ``count`` to 0; keeps the memory.
  public mutating func removeAll() { count = 0 }

  /// The address, for C interfaces that keep it while this buffer is kept alive elsewhere (librdkafka's produce by
  /// reference). It stays valid and constant until the buffer is released.
  public var stableAddress: UnsafeMutableRawPointer { slab.base }
}

/// One allocation of a pool.
struct Slab {
  let base: UnsafeMutableRawPointer
  let capacity: Int

  /// Allocates at least `capacity` bytes, rounded up to one of eight steps per power of two, so that frames of similar
  /// size can share slabs.
  static func allocate(_ capacity: Int) -> Slab {
    let wanted = max(capacity, 4096)
    let step = max(4096, 1 << (Int.bitWidth - 1 - wanted.leadingZeroBitCount - 3))
    let rounded = (wanted + step - 1) / step * step
    return Slab(
      base: LargeMemory.allocate(rounded), capacity: rounded)
  }

  func free() { base.deallocate() }
}
