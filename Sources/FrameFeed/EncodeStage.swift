import FrameCodecs
import FrameCore
import LogLines

/// One of the encoders: takes captured frames, hands encoded ones on in the order of capture.
struct EncodeStage: Sendable {
  let encoder: FrameEncoder
  let tickets: Tickets<CapturedFrame>
  let encoded: OrderedHandoff<EncodedFrame>
  let pool: FramePool
  let tally: StreamTally
  let log: Log

  func run() {
    while tickets.take({ ticket, frame in encode(ticket, frame) }) {}
    encoded.end(at: tickets.count)
  }

  private func encode(_ ticket: Int, _ frame: consuming CapturedFrame) {
    let (origin, damage) = (frame.origin, frame.damage)
    do throws(CodecError) {
      let frame = try encoder.encode(frame, into: pool)
      var findings = encoder.findings
      findings.damage = findings.damage ?? damage
      tally.pictures.note(findings, log, origin.description)
      encoded.put(ticket, .element(frame))
    } catch {
      encoded.put(ticket, .nothing)
      if case .stopped = error { return }
      tally.captured.add(-1)
      tally.rejected.add()
      log.warning("\(error)")
    }
  }
}
