import KafkaTransport

/// When a sink has read enough: what it was told to wait for, and what it has seen. A value without locks or Kafka.
struct ReadingEnd {
  /// Stop when nothing is left and every run has ended.
  var untilEnd: Bool
  /// Whether at least one run must have been seen for that.
  var awaitsRun: Bool
  /// Stop when nothing came for so long, ns; `nil` waits for ever.
  var idleTimeout: Int64?

  /// How long `untilEnd` waits for runs that do not end, unless told otherwise, ns.
  static let usualIdleTimeout: Int64 = 10_000_000_000

  enum Verdict: Equatable {
    case goOn
    /// All is read.
    case complete
    /// Nothing came for too long.
    case idle
  }

  /// What is seen now.
  struct View {
    /// Whether the group has given partitions, perhaps none, and none are changing hands.
    var isSettled: Bool
    var partitions: Int
    /// Whether each of them was read to its end, with nothing behind an open transaction.
    var isAtEnd: Bool
    var isAnswered: Bool
    var hasOpenRuns: Bool
    var hasRuns: Bool
    /// Whether the topic has never held a record.
    var isTopicNew: Bool
    /// Since the last record came, or partitions changed hands, ns.
    var quiet: Int64
  }

  func verdict(_ view: View) -> Verdict {
    guard view.isAnswered else { return .goOn }
    if untilEnd, view.isSettled, view.isAtEnd {
      let isExpecting =
        view.hasOpenRuns || (awaitsRun && !view.hasRuns) || view.isTopicNew || view.partitions == 0
      if !isExpecting { return .complete }
      if view.quiet > idleTimeout ?? Self.usualIdleTimeout {
        return view.hasOpenRuns || (awaitsRun && !view.hasRuns) ? .idle : .complete
      }
    }
    if let idleTimeout, view.quiet > idleTimeout { return .idle }
    return .goOn
  }
}
