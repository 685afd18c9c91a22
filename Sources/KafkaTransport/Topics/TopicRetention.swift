/// The retention of a topic. No sink can read records that it has deleted.
public struct TopicRetention: Sendable, Equatable {
  /// The limit of each partition, bytes; `nil` for no limit.
  public let bytes: Int?
  /// The time limit, ms; `nil` for no limit.
  public let milliseconds: Int?

  public init(bytes: Int?, milliseconds: Int?) {
    self.bytes = bytes
    self.milliseconds = milliseconds
  }

  /// Returns the least time of one feed that is kept, s: Kafka deletes whole segments, so it may be one more. `nil` for
  /// all.
  ///
  /// A feed is in one partition.
  /// - Parameter rate: the feed's rate, bytes per second, above 0.
  public func seconds(ofFeed rate: Double) -> Double? {
    [bytes.map { Double($0) / rate }, milliseconds.map { Double($0) / 1000 }].compactMap { $0 }.min()
  }
}

extension TopicDescription {
  /// The retention; `nil` if the broker does not return it.
  public var retention: TopicRetention? {
    // Negative: no limit.
    func bound(_ name: String) -> Int?? {
      configuration[name].flatMap { Int($0.value) }.map { $0 < 0 ? nil : $0 }
    }
    guard let bytes = bound("retention.bytes"), let milliseconds = bound("retention.ms") else { return nil }
    return TopicRetention(bytes: bytes, milliseconds: milliseconds)
  }
}
