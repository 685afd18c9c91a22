import FrameCore
import Glibc

/// Writes lines on a dedicated thread, so that logging never waits for the reader. Otherwise a terminal paused by
/// Ctrl-S, or a pipe without a reader, would block the threads that send Kafka's heartbeats.
///
/// Lines that do not fit in the queue are dropped, counted, and reported once writing continues.
public final class LineWriter: Sendable {
  /// The writer of standard error. Lines that wait when the program exits are still written, unless that takes longer
  /// than 2 s.
  public static let standardError: LineWriter = {
    atexit { LineWriter.standardError.finish(milliseconds: 2000) }
    return LineWriter(2)
  }()

  private let descriptor: Int32
  private let queue: Monitor<LineQueue>
  private let thread = Lock<PipelineThread?>(nil)

  /// - Parameter limit: most bytes that wait.
  public init(_ descriptor: Int32, limit: Int = 1 << 20) {
    self.descriptor = descriptor
    queue = Monitor(LineQueue(limit: limit))
  }

  /// Queues a text to be written, or drops it. Does not wait.
  public func write(_ text: String) {
    start()
    queue.withLock { $0.add(text) }
    queue.wakeAll()
  }

  /// Queues a text unless others wait: for text that the next one replaces.
  public func writeIfIdle(_ text: String) {
    start()
    queue.withLock { if $0.isIdle { $0.add(text) } }
    queue.wakeAll()
  }

  /// Writes a text after all others, and waits until it is written.
  public func writeAll(_ text: String) {
    queue.withLock(waitingUntil: { $0.isIdle }) { _ = $0.take() }
    _ = LogLines.writeAll(text, to: descriptor)
    queue.withLock { $0.written() }
    queue.wakeAll()
  }

  /// Waits until all lines are written.
  /// - Returns: false when that takes longer than the time given.
  @discardableResult
  public func finish(milliseconds: Int) -> Bool {
    let deadline = FrameClock.monotonic() + Int64(milliseconds) * 1_000_000
    return queue.withLock(waitingUntil: { $0.isIdle }, deadline: deadline) { $0.isIdle }
  }

  private func start() {
    thread.withLock { thread in
      guard thread == nil else { return }
      thread = PipelineThread("log-lines") { [self] in
        while true { writeNext() }
      }
    }
  }

  private func writeNext() {
    let lines = queue.withLock(waitingUntil: { $0.hasLines && !$0.isWriting }) { $0.take() }
    // There is no other place to report that it cannot be written.
    _ = lines.withUnsafeBytes { LogLines.writeAll($0, to: descriptor) }
    queue.withLock { $0.written() }
    queue.wakeAll()
  }
}
