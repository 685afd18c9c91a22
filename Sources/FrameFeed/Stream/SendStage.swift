import FrameCodecs
import FrameCore
import FrameLatency
import KafkaTransport
import LogLines

/// Numbers the frames that are really sent and hands them to Kafka, on one thread.
struct SendStage: Sendable {
  let producer: any FrameSending
  let workers: OrderedWorkers<CapturedFrame, EncodedFrame>
  let tally: StreamTally
  let log: Log

  /// How the sending ended.
  struct Ending: Sendable {
    /// Frames that were handed over.
    var sent = 0
    /// Why no more could be; `nil` after the last frame, and when stopped.
    var failure: FeedError?
  }

  /// Sends until the last frame, or until nothing more can be sent: the first frame is too large for the topic, or
  /// the client gave up.
  func run() -> Ending {
    var ending = Ending()
    while let frame = workers.next() {
      let origin = frame.origin
      do throws(TransportError) {
        try send(frame, ending.sent)
        ending.sent += 1
      } catch {
        switch error {
        case .stopped: return ending
        case .tooLargeForTopic, .tooLargeForClient:
          tally.refused.add()
          // Nothing is sent of a feed that does not fit; one large frame amid others is only that frame.
          guard ending.sent > 0 else { return Ending(failure: .transport(error)) }
          log.warning(
            "frame not sent: \(origin), behind frame \(ending.sent - 1) of the feed: \(error)",
            [.field("sequence", ending.sent)])
        default:
          ending.failure = .transport(error)
          return ending
        }
      }
    }
    return ending
  }

  /// A frame's stages are recorded together and here, when it is handed over: each stage has the same frames, those
  /// that were sent, and of each frame `pace + encodeWait + encode + queue` is the time from when it was due until it
  /// was sent. A frame that was dropped or refused before has no end to count to: it is in the counts alone.
  private func send(_ frame: consuming EncodedFrame, _ sequence: Int) throws(TransportError) {
    let stamps = SourceStamps(
      scheduled: frame.scheduled, captured: frame.captured, encoded: frame.encoded, sent: 0)
    let (began, rawBytes, bytes) = (frame.began, frame.rawBytes, frame.payload.count)
    let format = frame.format
    let sent = try producer.send(
      frame.payload, sequence: sequence, dropped: tally.passedOver, format: format, stamps: stamps)
    tally.sent.add()
    tally.rawBytes.add(rawBytes)
    tally.payloadBytes.add(bytes)
    tally.latency.record(.pace, nanoseconds: stamps.captured - stamps.scheduled)
    tally.latency.record(.encodeWait, nanoseconds: began - stamps.captured)
    tally.latency.record(.encode, nanoseconds: stamps.encoded - began)
    tally.latency.record(.queue, nanoseconds: sent - stamps.encoded)
  }
}
