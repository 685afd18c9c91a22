import FrameLatency
import KafkaTransport

/// How long a topic keeps a feed, as text.
enum RetentionText {
  /// For a feed of unknown rate: 30 frames a second of 100 KB.
  static func example(_ topic: String, _ retention: TopicRetention) -> String {
    text(topic, retention, rate: 3e6, of: "a feed of 30 frames a second of 100 KB")
  }

  /// - Parameter rate: the feed's rate, bytes per second.
  static func measured(_ topic: String, _ retention: TopicRetention, rate: Double) -> String {
    text(topic, retention, rate: rate, of: "this feed")
  }

  private static func text(
    _ topic: String, _ retention: TopicRetention, rate: Double, of feed: String
  ) -> String {
    let speed = "\((rate / 1e6).fixed(1)) MB/s"
    guard let seconds = retention.seconds(ofFeed: rate) else {
      return
        "topic \(topic) keeps everything: \(feed) (\(speed)) takes \((rate * 86_400 / 1e9).fixed(0)) GB a day"
    }
    let kept =
      switch (retention.bytes, retention.milliseconds) {
      case (let bytes?, let milliseconds?) where Double(bytes) / rate > Double(milliseconds) / 1000: "keeps "
      case (let bytes?, _): "keeps \((Double(bytes) / 1e6).fixed(0)) MB of a partition, which is "
      case (nil, _): "keeps "
      }
    return "topic \(topic) \(kept)\(duration(seconds)) of \(feed) (\(speed)): "
      + "a sink that is further behind loses frames; raise \(setting(retention, seconds))"
  }

  /// Returns the setting with the shorter limit.
  private static func setting(_ retention: TopicRetention, _ seconds: Double) -> String {
    retention.milliseconds.map { Double($0) / 1000 } == seconds ? "retention.ms" : "retention.bytes"
  }

  private static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<120: "\(seconds.fixed(0)) s"
    case ..<7200: "\((seconds / 60).fixed(0)) minutes"
    case ..<172_800: "\((seconds / 3600).fixed(0)) hours"
    default: "\((seconds / 86400).fixed(0)) days"
    }
  }
}
