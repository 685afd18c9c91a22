import FrameCore
import Glibc

/// A program that is started, prints an answer and exits soon; it is killed when this object is released.
final class ProgramQuery {
  struct Answer {
    let text: String
    /// Whether its exit status was 0.
    let isGood: Bool
    /// Its first line on standard error.
    let reason: String?
  }

  private let child: ChildProcess
  private let output: SourceFile
  private let log: DecoderLog
  /// Monotonic, ns.
  private let deadline: Int64

  /// Longest time it may run, ns: a file on an unreachable network share would block it.
  private static let longest: Int64 = 60_000_000_000

  /// - Parameter video: for messages.
  init(_ program: String, _ arguments: [String], for video: String) throws(SourceError) {
    let log = DecoderLog(codec: "", path: video)
    self.log = log
    deadline = FrameClock.monotonic() + Self.longest
    do throws(SystemProblem) {
      let pipe = try ChildProcess.pipe()
      output = SourceFile(owning: pipe.read, path: video)
      child = try ChildProcess(program, arguments, output: pipe.write) { log.take($0) }
    } catch {
      throw .unreadable(video, reason: "\(program) cannot be started: \(error)")
    }
  }

  /// Waits for the complete answer.
  /// - Parameter limit: most bytes to read.
  func answer(limit: Int) -> Answer {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < limit {
      var ready = pollfd(fd: output.descriptor, events: Int16(POLLIN), revents: 0)
      let left = (deadline - FrameClock.monotonic()) / 1_000_000
      guard left > 0 else { break }
      let polled = poll(&ready, 1, Int32(left))
      if polled < 0, errno == EINTR { continue }
      guard polled > 0 else { break }
      let got = chunk.withUnsafeMutableBytes { output.readSome(into: $0) }
      guard got > 0 else { break }
      bytes += chunk[..<got]
    }
    let end = child.end(until: min(deadline, FrameClock.monotonic() + 5_000_000_000))
    return Answer(
      text: String(decoding: bytes, as: UTF8.self), isGood: end == .exit(0),
      reason: end == nil ? "it does not answer" : log.lastError)
  }
}
