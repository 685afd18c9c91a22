import FrameCore
import Glibc

/// A second ffmpeg that decodes a damaged video only to find out which of its frames are undamaged.
///
/// Decoders conceal missing data, and predict later frames from it. ffmpeg marks a frame that lost samples, but
/// reliably only with one decoding thread, so that this process uses one.
final class DamageSurvey: Sendable {
  private let verdicts: FrameVerdicts
  private let child: ChildProcess

  /// Longest time for a frame, ns: its group of pictures may be long.
  private static let timeout: Int64 = 60_000_000_000

  /// - Parameter start: the first frame's time in the file, ns; `nil` for the file's start.
  init(_ request: VideoRequest, from start: Int64?) throws(SourceError) {
    let verdicts = FrameVerdicts(path: request.path)
    self.verdicts = verdicts
    do throws(SystemProblem) {
      let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
      guard nothing >= 0 else { throw SystemProblem(code: errno) }
      child = try ChildProcess(request.tools.ffmpeg, request.survey(from: start), output: nothing) {
        verdicts.take($0)
      } ended: {
        verdicts.end()
      }
    } catch {
      throw .unreadable(request.path, reason: "\(request.tools.ffmpeg) cannot be started: \(error)")
    }
  }

  func close() { child.kill() }

  /// Returns whether a frame is damaged: ``FrameVerdicts/verdict(_:until:)``.
  func verdict(_ time: Int64) -> FrameVerdicts.Verdict? {
    verdicts.verdict(time, until: FrameClock.monotonic() + Self.timeout)
  }
}
