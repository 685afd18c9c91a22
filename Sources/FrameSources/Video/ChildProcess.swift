import CChildProcess
import FrameCore
import Glibc

/// A program that runs as a child process: it ends with this value, and with this process however that ends.
///
/// A dedicated thread starts it, reads its standard error line by line, and reaps it: on Linux a child can be tied to
/// the lifetime of one thread only.
struct ChildProcess: ~Copyable, Sendable {
  /// How a child ended.
  enum End: Equatable {
    case exit(Int32)
    case signal(Int32)
  }

  private let life: ChildLife
  private let lines: ErrorLines

  /// Starts a program, never through a shell.
  /// - Parameters:
  ///   - program: its path.
  ///   - output: becomes its standard output; closed in this process.
  ///   - line: receives each line of its standard error without the line feed, on the child's thread or the one that
  ///     calls ``takeLines()``.
  ///   - ended: called on the child's thread after the child has ended and no more lines follow.
  /// - Throws: `SystemProblem` when it cannot be started.
  init(
    _ program: String, _ arguments: [String], output: Int32, line: @escaping @Sendable (Span<UInt8>) -> Void,
    ended: @escaping @Sendable () -> Void = {}
  ) throws(SystemProblem) {
    let errors = try Self.pipe(elseClosing: output)
    let (life, lines) = (ChildLife(), ErrorLines(owning: errors.read, line))
    _ = PipelineThread("child") {
      life.run(program, arguments, output: output, errors: errors.write, lines: lines)
      ended()
    }
    if let problem = life.problemOfStart() { throw problem }
    (self.life, self.lines) = (life, lines)
  }

  private static func pipe(elseClosing output: Int32) throws(SystemProblem) -> (read: Int32, write: Int32) {
    do throws(SystemProblem) { return try pipe() } catch {
      _ = close(output)
      throw error
    }
  }

  deinit { life.kill() }

  /// Kills it, and what it started: it only writes to this process, so that it loses nothing.
  func kill() { life.kill() }

  /// Reads the lines it has written so far, on this thread.
  func takeLines() { lines.takeWritten() }

  /// Waits until it has ended and was reaped.
  /// - Parameter deadline: monotonic, ns.
  /// - Returns: `nil` when it still runs at the deadline.
  func end(until deadline: Int64) -> End? { life.end(until: deadline) }

  /// For tests.
  var processID: Int32? { life.processID }

  /// Creates a pipe whose ends no child inherits.
  /// - Parameter capacity: bytes of a pair of sockets, for large frames; 0 for a plain pipe.
  static func pipe(capacity: Int = 0) throws(SystemProblem) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    let code = ff_child_pipe(&ends, Int32(capacity))
    guard code == 0 else { throw SystemProblem(code: code) }
    return (ends[0], ends[1])
  }
}

/// An error number of the system.
struct SystemProblem: Error, CustomStringConvertible {
  let code: Int32

  var description: String { String(cString: strerror(code)) }
}

/// The state that a child and its thread share.
private final class ChildLife: Sendable {
  private enum State {
    case starting
    case failed(SystemProblem)
    case running(pid_t)
    case ended(ChildProcess.End)
  }

  private let state = Monitor(State.starting)

  func run(
    _ program: String, _ arguments: [String], output: Int32, errors: Int32, lines: ErrorLines
  ) {
    let started = start(program, arguments, output, errors)
    state.withLock { $0 = started }
    state.wakeAll()
    guard case .running(let child) = started else { return }
    lines.takeAll()
    ff_child_wait(child)
    state.withLock { state in
      // Under the lock, so that no thread signals a process ID that is free again.
      var status: Int32 = 0
      while waitpid(child, &status, 0) < 0, errno == EINTR {}
      let signal = status & 0x7F
      state = .ended(signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal))
    }
    state.wakeAll()
  }

  private func start(_ program: String, _ arguments: [String], _ output: Int32, _ errors: Int32) -> State {
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map {
      FilePath($0).withCString { strdup($0) }
    }
    words.append(nil)
    defer {
      for word in words { free(word) }
      _ = close(output)
      _ = close(errors)
    }
    var child: pid_t = 0
    let code = ff_child_start(&child, program, words, output, errors)
    return code == 0 ? .running(child) : .failed(SystemProblem(code: code))
  }

  func problemOfStart() -> SystemProblem? {
    state.withLock(
      waitingUntil: { if case .starting = $0 { false } else { true } },
      { if case .failed(let problem) = $0 { problem } else { nil } })
  }

  func kill() {
    state.withLock { state in
      // The whole group: a wrapper script ends together with the program it runs.
      if case .running(let child) = state, killpg(child, SIGKILL) != 0 { _ = systemKill(child, SIGKILL) }
    }
  }

  func end(until deadline: Int64) -> ChildProcess.End? {
    state.withLock(
      waitingUntil: { if case .ended = $0 { true } else { false } }, deadline: deadline
    ) { if case .ended(let end) = $0 { end } else { nil } }
  }

  var processID: Int32? { state.withLock { if case .running(let child) = $0 { child } else { nil } } }
}

/// The system's `kill`, which the method of that name hides.
private func systemKill(_ child: pid_t, _ signal: Int32) -> Int32 { kill(child, signal) }
