public import Glibc

/// A lock with a condition variable over the state it guards, for threads of a pipeline to wait on.
///
/// The standard library's `Mutex` has no condition variable. Inlinable because each frame passes a dozen monitors:
/// unspecialised, every call would look up its types.
public final class Monitor<State: ~Copyable>: @unchecked Sendable {
  // Sound: `state` is touched only between lock and unlock of `mutex`.
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline let condition: UnsafeMutablePointer<pthread_cond_t>
  @usableFromInline var state: State

  public init(_ initial: consuming sending State) {
    state = initial
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    // Deadlines are on the monotonic clock, so that a change of the wall clock does not shift any wake-up.
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  @inlinable
  func lock() {
    #if SANITIZED
      Disturbance.delay()
    #endif
    pthread_mutex_lock(mutex)
  }

  @inlinable
  func unlock() {
    pthread_mutex_unlock(mutex)
    #if SANITIZED
      Disturbance.delay()
    #endif
  }

  /// Runs `body` with the lock held.
  @inlinable
  public func withLock<R: ~Copyable, E: Error>(_ body: (inout State) throws(E) -> R) throws(E) -> R {
    lock()
    defer { unlock() }
    return try body(&state)
  }

  #if SANITIZED
    /// The same for a ``Lock``, whose `body` may replace the state.
    @inlinable
    func withSendingLock<R: ~Copyable, E: Error>(
      _ body: (inout sending State) throws(E) -> sending R
    ) throws(E) -> sending R {
      lock()
      defer { unlock() }
      return try body(&state)
    }
  #endif

  /// Waits until `ready` holds, then runs `body`, both with the lock held.
  @inlinable
  public func withLock<R: ~Copyable, E: Error>(
    waitingUntil ready: (borrowing State) -> Bool, _ body: (inout State) throws(E) -> R
  ) throws(E) -> R {
    lock()
    defer { unlock() }
    while !ready(state) { pthread_cond_wait(condition, mutex) }
    return try body(&state)
  }

  /// Waits until `ready` holds or the deadline passes, then runs `body`, which can see from the state which it was.
  /// - Parameter deadline: on the monotonic clock, ns (see ``FrameClock/monotonic()``).
  @inlinable
  public func withLock<R: ~Copyable, E: Error>(
    waitingUntil ready: (borrowing State) -> Bool, deadline: Int64,
    _ body: (inout State) throws(E) -> R
  ) throws(E) -> R {
    lock()
    defer { unlock() }
    while !ready(state), wait(until: deadline) {}
    return try body(&state)
  }

  /// Wakes all waiting threads to check the state again.
  @inlinable
  public func wakeAll() { pthread_cond_broadcast(condition) }

  /// - Returns: false when the deadline has passed.
  @usableFromInline
  func wait(until deadline: Int64) -> Bool {
    let deadline = max(deadline, 0)
    var time = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
    return pthread_cond_timedwait(condition, mutex, &time) != ETIMEDOUT
  }
}
