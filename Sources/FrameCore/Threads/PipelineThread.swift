import Glibc

/// A dedicated thread for a stage that blocks (disk, librdkafka, codecs), so that the cooperative pool never blocks.
///
/// A thread that is released without ``join()`` is detached and frees its resources when it ends.
public final class PipelineThread: @unchecked Sendable {
  // Sound: `handle` is written once in init, `isJoined` once in join, which the owner calls once; both are read in
  // deinit, when no other reference is left.
  private var handle = pthread_t()
  private var isJoined = false

  private final class Body {
    let name: String
    let run: () -> Void
    init(name: String, run: @escaping () -> Void) {
      self.name = name
      self.run = run
    }
  }

  /// Starts the thread.
  /// - Parameter name: shown by `top -H` and `perf`; at most 15 bytes are kept on Linux.
  public init(_ name: String, _ run: @escaping @Sendable () -> Void) {
    let body = Unmanaged.passRetained(Body(name: name, run: run))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    // glibc's usual size, whatever `ulimit -s` says: the codecs need it.
    pthread_attr_setstacksize(&attributes, 8 << 20)
    let code = pthread_create(
      &handle, &attributes,
      { argument in
        let body = Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue()
        // Swift does not import pthread_setname_np (it needs _GNU_SOURCE); the kernel accepts the name here too.
        if let comm = fopen("/proc/thread-self/comm", "w") {
          fputs(body.name, comm)
          fclose(comm)
        }
        body.run()
        return nil
      }, body.toOpaque())
    pthread_attr_destroy(&attributes)
    precondition(code == 0, "cannot start thread \(name): error \(code)")
  }

  /// Waits until the thread has ended. Call it once.
  public func join() {
    isJoined = true
    pthread_join(handle, nil)
  }

  deinit {
    if !isJoined { pthread_detach(handle) }
  }
}
