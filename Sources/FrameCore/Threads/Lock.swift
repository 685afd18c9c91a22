#if !SANITIZED
  public import Synchronization
#endif

/// A lock around the state it guards; one that can be waited on is a ``Monitor``.
///
/// It is the standard library's `Mutex`. The kernel hands that over when threads contend, which ThreadSanitizer cannot
/// see, so that it reports races where there are none; builds for sanitizers (`SANITIZED`) use a pthread mutex, which
/// it knows.
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

/// The state of a lock that guards none, but whose turn it is. It has a size, as ThreadSanitizer takes the place of an
/// empty one for that of the object around it.
public struct Turn: Sendable {
  @usableFromInline let size: UInt8 = 0

  public init() {}
}
