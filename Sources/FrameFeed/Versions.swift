import FrameCodecs
import KafkaTransport

/// What a report says it was measured with.
public enum Versions {
  /// Of FrameFeed.
  public static let framefeed = "0.1.0"

  public static var all: [String: String] {
    [
      "framefeed": framefeed, "librdkafka": librdkafkaVersion, "libjpegTurbo": CodecVersions.libjpegTurbo,
      "zstd": CodecVersions.zstd,
    ]
  }
}
