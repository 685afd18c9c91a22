import FrameCodecs
import FrameCore
import FrameLatency
import KafkaTransport
import LogLines

/// Numbers the frames that are sent and passes them to the Kafka client, on one thread.
struct SendStage: Sendable {
  let producer: any FrameSending
  let workers: OrderedWorkers<CapturedFrame, EncodedFrame>
  let tally: StreamTally
  let log: Log

  /// How the sending ended.
  struct Ending: Sendable {
    /// Frames sent.
    var sent = 0
    /// Why sending failed; `nil` after the last frame, and when stopped.
    var failure: FeedError?
  }

  /// Sends until the last frame, or until sending fails: the first frame is too large for the topic, or the client
  /// reports an error that is not about one frame.
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
          // If the first frame is too large, nothing is sent; a later one is only left out.
          guard ending.sent > 0 else { return Ending(failure: .transport(error)) }
          log.warning(
            "frame not sent: \(origin), after frame \(ending.sent - 1) of the feed: \(error)",
            [.field("sequence", ending.sent)])
        default:
          ending.failure = .transport(error)
          return ending
        }
      }
    }
    return ending
  }

  /// The stages of a frame are recorded together, when it is sent. So each stage has the same frames, and for each of
  /// them `pace + encodeWait + encode + queue` is the time from when it was due until it was sent. A frame that was
  /// dropped or refused before has no such end: it is only counted.
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
