import Foundation
import FrameCore

/// A child process that communicates in lines. For one thread.
///
/// Releasing this object ends its standard input, and the process.
final class PeerProcess: Sendable {
  private struct Output {
    var lines: [Substring] = []
    /// Number of `lines` that were returned.
    var read = 0
    /// The last line of standard error, and the number of open streams.
    var lastError = ""
    var open = 2
  }

  private let process: Process
  private let input: FileHandle
  private let output = Monitor(Output())
  private let name: String

  /// - Parameters:
  ///   - name: for messages.
  ///   - environment: variables in addition to those of this process.
  init(_ name: String, _ command: [String], environment: [String: String] = [:]) throws(BenchError) {
    self.name = name
    let (input, output, errors) = (Pipe(), Pipe(), Pipe())
    process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    do { try process.runUnblocked() } catch {
      throw .peer(name: name, reason: "\(command[0]) cannot be started: \(error.localizedDescription)")
    }
    self.input = input.fileHandleForWriting
    read(output.fileHandleForReading) { state, line in state.lines.append(line) }
    read(errors.fileHandleForReading) { state, line in state.lastError = String(line) }
  }

  /// Reads the lines of one stream on a dedicated thread.
  private func read(_ stream: FileHandle, _ take: @escaping @Sendable (inout Output, Substring) -> Void) {
    let output = output
    _ = PipelineThread("peer-lines") {
      var rest = Substring()
      while true {
        let data = stream.availableData
        guard !data.isEmpty else { break }
        rest += String(decoding: data, as: UTF8.self)
        let lines = rest.split(separator: "\n", omittingEmptySubsequences: false)
        rest = lines.last ?? ""
        output.withLock { state in
          for line in lines.dropLast() where !line.isEmpty { take(&state, line) }
        }
        output.wakeAll()
      }
      output.withLock { state in
        if !rest.isEmpty { take(&state, rest) }
        state.open -= 1
      }
      output.wakeAll()
    }
  }

  /// Writes one line to the process.
  func say(_ line: String) throws(BenchError) {
    do { try input.write(contentsOf: Data((line + "\n").utf8)) } catch { throw ended() }
  }

  /// Returns the words of the next line that the process prints.
  /// - Parameter deadline: monotonic, ns.
  func words(until deadline: Int64) throws(BenchError) -> [Substring] {
    let line: Substring? = output.withLock(
      waitingUntil: { $0.read < $0.lines.count || $0.open == 0 }, deadline: deadline
    ) { state in
      guard state.read < state.lines.count else { return nil }
      defer { state.read += 1 }
      return state.lines[state.read]
    }
    if let line { return line.split(separator: " ") }
    if output.withLock({ $0.open == 0 }) { throw ended() }
    throw .peer(name: name, reason: "does not answer")
  }

  private func ended() -> BenchError {
    // Its error message may not have arrived yet.
    let soon = FrameClock.monotonic() + 1_000_000_000
    let lastError = output.withLock(waitingUntil: { $0.open == 0 }, deadline: soon) { $0.lastError }
    return .peer(name: name, reason: lastError.isEmpty ? "ended without a message" : lastError)
  }

  var processID: Int32 { process.processIdentifier }

  /// Stops the process until ``resume()``: it uses no processor time.
  func suspend() { _ = process.suspend() }

  func resume() { _ = process.resume() }

  /// Kills the process.
  func stop() {
    guard process.isRunning else { return }
    // No payload is in flight when a peer is stopped, so that it loses nothing.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Ends the process in order: it has time to clean up.
  /// - Parameter seconds: the longest wait; then it is killed.
  func end(within seconds: Double = 20) {
    guard process.isRunning else { return }
    process.terminate()
    let deadline = FrameClock.monotonic() + FrameClock.nanoseconds(seconds)
    output.withLock(waitingUntil: { $0.open == 0 }, deadline: deadline) { _ in }
    stop()
  }

  deinit { stop() }
}

extension Process {
  /// Starts it with no signal blocked. Threads that libdispatch makes block all signals, threads that these make inherit
  /// that, and so would the program: it could not be asked to end.
  func runUnblocked() throws {
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try run()
  }
}
