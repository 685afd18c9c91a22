/// Runs that ended whole, in the order in which that was seen: which of them may become sums. A value.
struct EndedRuns: Sendable {
  /// So many others end before a run is looked at again.
  static let patience = 1000

  struct Waiting: Sendable {
    let key: RunLedger.RunKey
    /// When the run was last touched as it began to wait.
    let touched: Int
  }

  private var queue: [Waiting] = []
  private var head = 0

  var count: Int { queue.count - head }

  mutating func append(_ waiting: Waiting) { queue.append(waiting) }

  /// Takes the one that has waited longest, once enough others do.
  mutating func popFirst() -> Waiting? {
    guard count > Self.patience else { return nil }
    let first = queue[head]
    head += 1
    if head >= Self.patience {
      queue.removeFirst(head)
      head = 0
    }
    return first
  }
}
