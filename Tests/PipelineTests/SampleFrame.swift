import FrameCore

@testable import FrameFeed
@testable import KafkaTransport

/// Descriptions of frames that nobody decodes.
enum SampleFrame {
  static func description(_ sequence: Int, scheduled: Int64 = 0) -> FrameDescription {
    guard let layout = try? PixelLayout(width: 1, height: 1, format: .mono8) else {
      preconditionFailure("1 x 1")
    }
    return FrameDescription(
      identity: FrameIdentity(feed: "a", run: "r", sequence: sequence),
      format: PayloadFormat(content: FrameContent(.pixels, layout)),
      stamps: SourceStamps(scheduled: scheduled, captured: scheduled, encoded: scheduled, sent: scheduled),
      clock: FrameClock.domain)
  }

  static func place(_ offset: Int) -> RecordPlace {
    RecordPlace(partition: 0, offset: Int64(offset), assignment: 1, generation: 0)
  }
}
