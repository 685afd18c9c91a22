#if !SANITIZED
  public import Synchronization
#endif

/// A lock around the state it guards. Threads can wait for a condition on a ``Monitor`` only.
///
/// It is the standard library's `Mutex`. Under contention the kernel transfers that lock, which ThreadSanitizer cannot
/// observe, so that it reports races that do not exist. Builds for sanitizers (`SANITIZED`) use a pthread mutex, which
/// it supports.
public struct Lock<State: ~Copyable>: ~Copyable, Sendable {
  #if SANITIZED
    @usableFromInline let guarded: Monitor<State>
  #else
    @usableFromInline let guarded: Mutex<State>
  #endif

  public init(_ initial: consuming sending State) {
    #if SANITIZED
      guarded = Monitor(initial)
    #else
      guarded = Mutex(initial)
    #endif
  }

  /// Runs `body` with the lock held.
  @inlinable
  public borrowing func withLock<R: ~Copyable, E: Error>(
    _ body: (inout sending State) throws(E) -> sending R
  ) throws(E) -> sending R {
    #if SANITIZED
      try guarded.withSendingLock(body)
    #else
      try guarded.withLock(body)
    #endif
  }
}

/// The state of a lock that only serialises work and guards no data. It has a size because ThreadSanitizer confuses the
/// address of an empty state with that of the enclosing object.
public struct Serial: Sendable {
  @usableFromInline let size: UInt8 = 0

  public init() {}
}
