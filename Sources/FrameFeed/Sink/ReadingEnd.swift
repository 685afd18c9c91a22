import KafkaTransport

/// The decision whether a sink has read enough, from its options and its state. A value type without locks or Kafka.
struct ReadingEnd {
  /// Whether to stop when all records are read and every run has ended.
  var untilEnd: Bool
  /// Whether `untilEnd` requires at least one run.
  var awaitsRun: Bool
  /// How long to wait for the next record before stopping, ns; `nil` for no limit.
  var idleTimeout: Int64?

  /// The default limit of `untilEnd` for runs without an end, ns.
  static let usualIdleTimeout: Int64 = 10_000_000_000

  enum Verdict: Equatable {
    case keepReading
    /// All records are read.
    case complete
    /// The idle timeout expired.
    case idle
  }

  /// The current state.
  struct View {
    /// Whether the group has assigned partitions, perhaps none, and no rebalance is in progress.
    var isSettled: Bool
    var partitions: Int
    /// Whether each partition is read to its end, with nothing behind an open transaction.
    var isAtEnd: Bool
    var isAnswered: Bool
    var hasOpenRuns: Bool
    var hasRuns: Bool
    /// Whether the topic has never held a record.
    var isTopicNew: Bool
    /// The time since the last record or rebalance, ns.
    var quiet: Int64
  }

  func verdict(_ view: View) -> Verdict {
    guard view.isAnswered else { return .keepReading }
    if untilEnd, view.isSettled, view.isAtEnd {
      let isExpecting =
        view.hasOpenRuns || (awaitsRun && !view.hasRuns) || view.isTopicNew || view.partitions == 0
      if !isExpecting { return .complete }
      if view.quiet > idleTimeout ?? Self.usualIdleTimeout {
        return view.hasOpenRuns || (awaitsRun && !view.hasRuns) ? .idle : .complete
      }
    }
    if let idleTimeout, view.quiet > idleTimeout { return .idle }
    return .keepReading
  }
}
