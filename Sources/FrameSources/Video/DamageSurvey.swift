import FrameCore
import Glibc

/// A second ffmpeg that decodes a damaged video only to tell which of its frames are whole.
///
/// Decoders make up what is missing, and the frames behind are made from that. ffmpeg marks a frame that lost samples,
/// but reliably only where one thread decodes, so this one does it with one.
final class DamageSurvey: Sendable {
  private let verdicts: FrameVerdicts
  private let child: ChildProcess

  /// How long a frame may take, ns: its group may be long.
  private static let patience: Int64 = 60_000_000_000

  /// - Parameter start: the file's own time of the first frame that is asked for, ns; `nil` for the file's start.
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

  /// What a frame is worth: ``FrameVerdicts/verdict(_:until:)``.
  func verdict(_ time: Int64) -> FrameVerdicts.Verdict? {
    verdicts.verdict(time, until: FrameClock.monotonic() + Self.patience)
  }
}
