import FrameCodecs
import FrameCore
import LogLines

/// One of the encoders: works on captured frames; what it encodes goes on in the order of capture.
struct EncodeStage: Sendable {
  let encoder: FrameEncoder
  let workers: OrderedWorkers<CapturedFrame, EncodedFrame>
  let pool: FramePool
  let tally: StreamTally
  let log: Log

  func run() { workers.work { frame in encode(frame) } }

  /// - Returns: `nil` for a frame that cannot be encoded, which is told and counted, and when stopped.
  private func encode(_ frame: consuming CapturedFrame) -> EncodedFrame? {
    let (origin, damage) = (frame.origin, frame.damage)
    do throws(CodecError) {
      let encoded = try encoder.encode(frame, into: pool)
      var findings = encoder.findings
      findings.damage = findings.damage ?? damage
      tally.pictures.note(findings, log, origin.description)
      return encoded
    } catch {
      if case .stopped = error { return nil }
      tally.refused.add()
      log.warning("\(error)")
      return nil
    }
  }
}
