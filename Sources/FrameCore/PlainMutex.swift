#if SANITIZED
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #elseif canImport(Darwin)
    import Darwin
  #else
    #error("no C library known for this platform")
  #endif

  /// A pthread mutex around the state it guards: a ``Lock`` that ThreadSanitizer can see.
  @usableFromInline
  final class PlainMutex<State: ~Copyable>: @unchecked Sendable {
    // Sound: `state` is touched only between lock and unlock of `mutex`.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let state: UnsafeMutablePointer<State>

    @usableFromInline
    init(_ initial: consuming sending State) {
      mutex = .allocate(capacity: 1)
      state = .allocate(capacity: 1)
      state.initialize(to: initial)
      pthread_mutex_init(mutex, nil)
    }

    deinit {
      pthread_mutex_destroy(mutex)
      mutex.deallocate()
      state.deinitialize(count: 1)
      state.deallocate()
    }

    @usableFromInline
    func withLock<R: ~Copyable, E: Error>(
      _ body: (inout sending State) throws(E) -> sending R
    ) throws(E) -> sending R {
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      return try body(&state.pointee)
    }
  }
#endif
