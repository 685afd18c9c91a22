import FrameCore

/// One ffmpeg that reads a video file once, and what comes from it.
final class VideoRun: Sendable {
  /// Read by one thread.
  let stream: ByteStream
  let log: DecoderLog
  private let child: ChildProcess

  /// A part of a frame: more is not granted to everyone.
  private static let pipeCapacity = 1 << 20
  /// How long ffmpeg may take to end once its output has ended, ns.
  private static let patience: Int64 = 5_000_000_000

  init(_ request: VideoRequest) throws(SourceError) {
    let (path, program) = (request.path, request.tools.ffmpeg)
    let log = DecoderLog(codec: request.codec, path: path)
    self.log = log
    let pipe: (read: Int32, write: Int32)
    do throws(SystemProblem) { pipe = try ChildProcess.pipe(capacity: Self.pipeCapacity) } catch {
      throw .unreadable(path, reason: "no pipe for \(program): \(error)")
    }
    let output = SourceFile(owning: pipe.read, path: path)
    do throws(SystemProblem) {
      child = try ChildProcess(program, request.arguments, output: pipe.write) { log.take($0) }
    } catch {
      throw .unreadable(path, reason: "\(program) cannot be started: \(error)")
    }
    // Little is read ahead of a frame: what is passes through one memory more.
    stream = try ByteStream(output, capacity: 1 << 16)
  }

  /// Ends ffmpeg and wakes a reader that waits for it. From any thread.
  func close() {
    stream.close()
    child.kill()
  }

  /// Whether a frame may be damaged that was begun to be read: what ffmpeg said before it wrote it counts.
  var isSuspicious: Bool {
    child.takeLines()
    return log.isSuspicious
  }

  /// Why ffmpeg ended, if not at the end of its work.
  func problem() -> String? {
    switch child.end(until: FrameClock.monotonic() + Self.patience) {
    case nil:
      child.kill()
      return "ffmpeg does not end"
    case .exit(0): return nil
    case .exit(let code): return log.complaint ?? "ffmpeg ended with code \(code)"
    case .signal(let number): return "ffmpeg was killed by signal \(number)"
    }
  }

  /// For tests.
  var processID: Int32? { child.processID }
}
