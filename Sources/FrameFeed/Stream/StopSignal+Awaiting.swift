import FrameCore

extension StopSignal {
  /// Runs `body`, which may wait for brokers, on its own thread, and waits for its result until the stop. After a stop
  /// the thread runs on and its result is dropped.
  /// - Parameter name: the thread's name.
  /// - Returns: `nil` when the stop came first.
  func awaiting<R: Sendable, E: Error>(
    _ name: String, _ body: @escaping @Sendable () throws(E) -> R
  ) throws(E) -> R? {
    let answer = Monitor<Result<R, E>?>(nil)
    _ = PipelineThread(name) {
      let result: Result<R, E>
      do throws(E) { result = .success(try body()) } catch { result = .failure(error) }
      answer.withLock { $0 = result }
      answer.wakeAll()
    }
    while true {
      let soon = FrameClock.monotonic() + 50_000_000
      let result = answer.withLock(waitingUntil: { $0 != nil }, deadline: soon) { $0 }
      if let result { return try result.get() }
      if isRequested { return nil }
    }
  }
}
