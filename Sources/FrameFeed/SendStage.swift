import FrameCodecs
import FrameCore
import FrameLatency
import KafkaTransport
import LogLines

/// Numbers the frames that are really sent and hands them to Kafka, on one thread.
struct SendStage: Sendable {
  let producer: FrameProducer
  let encoded: OrderedHandoff<EncodedFrame>
  let tally: StreamTally
  let log: Log

  /// Sends until the last frame.
  /// - Returns: frames sent, also when the producer takes nothing more.
  /// - Throws: when the first frame is too large for the topic, or the client can send nothing more.
  func run() throws(FeedError) -> Int {
    var sequence = 0
    while let frame = encoded.take() {
      let origin = frame.origin
      do throws(TransportError) {
        try send(frame, sequence)
        sequence += 1
      } catch {
        switch error {
        case .stopped: return sequence
        case .tooLargeForTopic, .tooLargeForClient:
          // Nothing is sent of a feed that does not fit; one large frame amid others is only that frame.
          guard sequence > 0 else { throw .transport(error) }
          tally.rejected.add()
          tally.captured.add(-1)
          log.warning(
            "frame not sent: \(origin), behind frame \(sequence - 1) of the feed: \(error)",
            [.field("sequence", sequence)])
        default:
          throw .transport(error)
        }
      }
    }
    return sequence
  }

  private func send(_ frame: consuming EncodedFrame, _ sequence: Int) throws(TransportError) {
    let stamps = SourceStamps(
      scheduled: frame.scheduled, captured: frame.captured, encoded: frame.encoded, sent: 0)
    let rawBytes = frame.rawBytes
    let bytes = frame.payload.count
    let format = frame.format
    let sent = try producer.send(frame.payload, sequence: sequence, format: format, stamps: stamps)
    tally.sent.add()
    tally.rawBytes.add(rawBytes)
    tally.payloadBytes.add(bytes)
    tally.latency.record(.pace, nanoseconds: stamps.captured - stamps.scheduled)
    tally.latency.record(.encode, nanoseconds: stamps.encoded - stamps.captured)
    tally.latency.record(.queue, nanoseconds: sent - stamps.encoded)
  }
}
