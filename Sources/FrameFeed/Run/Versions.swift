import FrameCodecs
import KafkaTransport

/// The versions that a report lists.
public enum Versions {
  /// The version of FrameFeed.
  public static let framefeed = "0.1.0"
  /// The date of that version, for the manual page.
  public static let date = "November 26, 2026"

  public static var all: [String: String] {
    [
      "framefeed": framefeed, "librdkafka": librdkafkaVersion, "libjpegTurbo": CodecVersions.libjpegTurbo,
      "zstd": CodecVersions.zstd,
    ]
  }
}
