/// The runs that ended completely, in that order, which are the candidates for merging into totals. A value type.
struct EndedRuns: Sendable {
  /// The number of further runs that end before a run is checked again.
  static let most = 1000

  struct Waiting: Sendable {
    let key: RunLedger.RunKey
    /// The run's `touched` when it was added.
    let touched: Int
  }

  private var queue: [Waiting] = []
  private var head = 0

  var count: Int { queue.count - head }

  mutating func append(_ waiting: Waiting) { queue.append(waiting) }

  /// Removes and returns the oldest run if more than ``most`` wait.
  mutating func popFirst() -> Waiting? {
    guard count > Self.most else { return nil }
    let first = queue[head]
    head += 1
    if head >= Self.most {
      queue.removeFirst(head)
      head = 0
    }
    return first
  }
}
