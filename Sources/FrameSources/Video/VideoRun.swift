import FrameCore

/// One ffmpeg process that reads a video file once, and its output.
final class VideoRun: Sendable {
  /// The output; read by one thread.
  let stream: ByteStream
  let log: DecoderLog
  private let child: ChildProcess

  /// Bytes, smaller than a frame: the system does not grant more to every user.
  private static let pipeCapacity = 1 << 20
  /// How long ffmpeg may run after the end of its output, ns.
  private static let timeout: Int64 = 5_000_000_000

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
    // A small lookahead: bytes read ahead of a frame are copied once more.
    stream = try ByteStream(output, capacity: 1 << 16)
  }

  /// Ends ffmpeg and wakes a waiting reader. May be called from any thread.
  func close() {
    stream.close()
    child.kill()
  }

  /// Whether a frame that is being read may be damaged: includes what ffmpeg logged before it wrote the frame.
  var isSuspicious: Bool {
    child.takeLines()
    return log.isSuspicious
  }

  /// Returns why ffmpeg ended, if it did not complete its work.
  func problem() -> String? {
    switch child.end(until: FrameClock.monotonic() + Self.timeout) {
    case nil:
      child.kill()
      return "ffmpeg does not end"
    case .exit(0): return nil
    case .exit(let code): return log.lastError ?? "ffmpeg ended with code \(code)"
    case .signal(let number): return "ffmpeg was killed by signal \(number)"
    }
  }

  /// For tests.
  var processID: Int32? { child.processID }
}
