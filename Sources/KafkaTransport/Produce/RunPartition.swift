import CRDKafka
import FrameCore

/// The partition of one run's records: chosen once, by the key, as librdkafka would choose, and kept. Otherwise a topic
/// that gets more partitions during a run would move the feed to another partition, and its frames would lose their
/// order.
final class RunPartition: Sendable {
  /// A partitioner of librdkafka, which may be called only inside its callback.
  private typealias Partitioner =
    @convention(c) (
      OpaquePointer?, UnsafeRawPointer?, Int, Int32, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
    ) -> Int32

  private struct State {
    var kept = KeptPartition()
    var partitioner: Partitioner?
  }

  private let feed: String
  private let state = Lock(State())

  init(feed: String) { self.feed = feed }

  /// A larger number of partitions than before, reported once for each number.
  struct Growth: Sendable, Equatable {
    let before: Int32
    let after: Int32
    let consequence: String
  }

  /// The partition chosen; `nil` before the first record is assigned.
  var current: Int32? { state.withLock { $0.kept.kept } }

  func takeGrowth() -> Growth? {
    let growth = state.withLock { $0.kept.takeGrowth() }
    guard let growth else { return nil }
    let next =
      growth.next == growth.kept
      ? "so do those of its next one" : "those of its next one go to partition \(growth.next)"
    return Growth(
      before: growth.before, after: growth.after,
      consequence:
        "the frames of \(feed) stay in partition \(growth.kept), in order, until this run ends; \(next)")
  }

  /// Sets this object as the partitioner of a topic's configuration.
  ///
  /// This object must outlive the topic.
  func attach(to configuration: OpaquePointer) {
    var (text, size) = ([CChar](repeating: 0, count: 64), 64)
    let isKnown = rd_kafka_topic_conf_get(configuration, "partitioner", &text, &size) == RD_KAFKA_CONF_OK
    let name =
      isKnown ? String(cText: text) : ""
    state.withLock { $0.partitioner = Self.partitioner(name) }
    rd_kafka_topic_conf_set_opaque(configuration, Unmanaged.passUnretained(self).toOpaque())
    rd_kafka_topic_conf_set_partitioner_cb(configuration) { topic, key, bytes, count, opaque, record in
      guard let opaque else { return 0 }
      let partition = Unmanaged<RunPartition>.fromOpaque(opaque).takeUnretainedValue()
      return partition.state.withLock { state in
        let partitioner = state.partitioner
        return state.kept.choose(among: count) { partitioner?(topic, key, bytes, $0, nil, record) ?? 0 }
      }
    }
  }

  /// Returns the partition of a key, without a client; `nil` where the choice is random.
  static func choice(of key: [UInt8], among partitions: Int, by name: String) -> Int32? {
    guard name != "random", !key.isEmpty, partitions > 0 else { return nil }
    // Partitioners that hash the key use no other argument.
    return key.withUnsafeBytes {
      partitioner(name)(nil, $0.baseAddress, $0.count, Int32(partitions), nil, nil)
    }
  }

  /// Returns the partitioner with this name in the setting `partitioner`; as librdkafka 2.0.2's `rd_kafka_topic_new0`.
  private static func partitioner(_ name: String) -> Partitioner {
    switch name {
    case "random": rd_kafka_msg_partitioner_random
    case "consistent": rd_kafka_msg_partitioner_consistent
    case "murmur2": rd_kafka_msg_partitioner_murmur2
    case "murmur2_random": rd_kafka_msg_partitioner_murmur2_random
    case "fnv1a": rd_kafka_msg_partitioner_fnv1a
    case "fnv1a_random": rd_kafka_msg_partitioner_fnv1a_random
    default: rd_kafka_msg_partitioner_consistent_random
    }
  }
}

/// A partition that is chosen once. A value without librdkafka.
struct KeptPartition: Sendable, Equatable {
  struct Growth: Sendable, Equatable {
    let before: Int32
    let after: Int32
    let kept: Int32
    /// The partition that a new choice would give.
    let next: Int32
  }

  private(set) var kept: Int32?
  private var count: Int32 = 0
  private var growth: Growth?

  /// - Parameters:
  ///   - count: the topic's current number of partitions.
  ///   - choice: chooses one of this many partitions.
  mutating func choose(among count: Int32, by choice: (Int32) -> Int32) -> Int32 {
    if count == self.count, let kept { return kept }
    defer { self.count = count }
    // A topic that was recreated may be smaller.
    guard let kept, kept < count else {
      let chosen = choice(count)
      kept = chosen
      return chosen
    }
    if count > self.count {
      growth = Growth(before: self.count, after: count, kept: kept, next: choice(count))
    }
    return kept
  }

  mutating func takeGrowth() -> Growth? {
    defer { growth = nil }
    return growth
  }
}
