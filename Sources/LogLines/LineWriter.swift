import FrameCore
import Glibc

/// Writes lines on a thread of its own: whoever logs never waits for who reads them. A terminal that is held by Ctrl-S,
/// or a pipe that nobody empties, would else stop the threads that answer Kafka's heartbeats.
///
/// What does not fit in the queue is dropped, counted, and told once lines flow again.
public final class LineWriter: Sendable {
  /// Of standard error. What it holds at the end of the program is still written, unless that takes longer than 2 s.
  public static let standardError: LineWriter = {
    atexit { LineWriter.standardError.finish(milliseconds: 2000) }
    return LineWriter(2)
  }()

  private let descriptor: Int32
  private let queue: Monitor<LineQueue>
  private let thread = Lock<PipelineThread?>(nil)

  /// - Parameter limit: what waits at most, bytes.
  public init(_ descriptor: Int32, limit: Int = 1 << 20) {
    self.descriptor = descriptor
    queue = Monitor(LineQueue(limit: limit))
  }

  /// Writes a text soon, or drops it. Does not wait.
  public func write(_ text: String) {
    start()
    queue.withLock { $0.add(text) }
    queue.wakeAll()
  }

  /// Writes a text soon unless others are still to be written: for what the next one makes obsolete.
  public func writeIfIdle(_ text: String) {
    start()
    queue.withLock { if $0.isIdle { $0.add(text) } }
    queue.wakeAll()
  }

  /// Writes a text behind all others, however long that takes.
  public func writeAll(_ text: String) {
    queue.withLock(waitingUntil: { $0.isIdle }) { _ = $0.take() }
    _ = LogLines.writeAll(text, to: descriptor)
    queue.withLock { $0.written() }
    queue.wakeAll()
  }

  /// Waits until all is written.
  /// - Returns: false when that took longer.
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
    // Nobody is left to tell that it cannot be written.
    _ = lines.withUnsafeBytes { LogLines.writeAll($0, to: descriptor) }
    queue.withLock { $0.written() }
    queue.wakeAll()
  }
}
