import FrameCodecs
import KafkaTransport

/// What a report says it was measured with.
public enum Versions {
  /// Of FrameFeed.
  public static let framefeed = "0.1.0"
  /// When that version was made, as the manual page shows it.
  public static let date = "November 26, 2026"

  public static var all: [String: String] {
    [
      "framefeed": framefeed, "librdkafka": librdkafkaVersion, "libjpegTurbo": CodecVersions.libjpegTurbo,
      "zstd": CodecVersions.zstd,
    ]
  }
}
