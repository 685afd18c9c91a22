/// How much a topic keeps. What it has dropped no sink can read.
public struct TopicRetention: Sendable, Equatable {
  /// Of each partition, bytes; `nil` for any amount.
  public let bytes: Int?
  /// How long, ms; `nil` for ever.
  public let milliseconds: Int?

  public init(bytes: Int?, milliseconds: Int?) {
    self.bytes = bytes
    self.milliseconds = milliseconds
  }

  /// How much of one feed is kept at least, s: Kafka deletes whole segments, so it may be one more. `nil` for all.
  ///
  /// A feed is in one partition.
  /// - Parameter rate: the feed's, bytes a second, above 0.
  public func seconds(ofFeed rate: Double) -> Double? {
    [bytes.map { Double($0) / rate }, milliseconds.map { Double($0) / 1000 }].compactMap { $0 }.min()
  }
}

extension TopicDescription {
  /// `nil` when the broker does not tell.
  public var retention: TopicRetention? {
    // Negative: no bound.
    func bound(_ name: String) -> Int?? {
      configuration[name].flatMap { Int($0.value) }.map { $0 < 0 ? nil : $0 }
    }
    guard let bytes = bound("retention.bytes"), let milliseconds = bound("retention.ms") else { return nil }
    return TopicRetention(bytes: bytes, milliseconds: milliseconds)
  }
}
