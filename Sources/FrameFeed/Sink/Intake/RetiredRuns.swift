/// Runs that were received completely and merged into totals, so that a repeated record of one is recognised. Keeps the
/// last ``capacity`` runs in half a megabyte: a value type of bounded size.
///
/// Runs are identified by a hash that differs in each process (SipHash with a random key), so that nobody can construct
/// a run that collides with another.
struct RetiredRuns: Sendable {
  static let capacity = 16_384

  private struct Retired {
    /// Every number below it was received.
    let covered: UInt
    let place: Int
  }

  private var known: [Int: Retired] = [:]
  /// A ring buffer, in the order of retiring.
  private var hashes: [Int] = []
  private var next = 0

  var count: Int { known.count }

  mutating func insert(_ key: RunLedger.RunKey, covered: UInt) {
    let hash = key.hashValue
    if hashes.count < Self.capacity {
      hashes.append(hash)
    } else {
      if known[hashes[next]]?.place == next { known[hashes[next]] = nil }
      hashes[next] = hash
    }
    known[hash] = Retired(covered: covered, place: next)
    next = (next + 1) % Self.capacity
  }

  /// Removes a run that is to be counted separately again.
  /// - Returns: the number below which all were received; `nil` for an unknown run.
  mutating func remove(_ key: RunLedger.RunKey) -> UInt? {
    known.isEmpty ? nil : known.removeValue(forKey: key.hashValue)?.covered
  }
}
