import FrameCodecs
import FrameCore
import LogLines

/// One encoder: encodes captured frames. Its output leaves in the order of capture.
struct EncodeStage: Sendable {
  let encoder: FrameEncoder
  let workers: OrderedWorkers<CapturedFrame, EncodedFrame>
  let pool: FramePool
  let tally: StreamTally
  let log: Log

  func run() { workers.work { frame in encode(frame) } }

  /// - Returns: `nil` when stopped, and for a frame that cannot be encoded, which is logged and counted.
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
