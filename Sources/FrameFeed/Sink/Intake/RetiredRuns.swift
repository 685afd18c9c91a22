/// Remembers runs that were received whole and became sums, so that a record of one that comes once more is known for
/// what it is. The last ``capacity`` of them, in half a megabyte: a value that does not grow.
///
/// A run is known by a hash that differs in each process (SipHash with a random key), so that nobody can name a run
/// that is taken for another.
struct RetiredRuns: Sendable {
  static let capacity = 16_384

  private struct Retired {
    /// Every number below was received.
    let covered: UInt
    let place: Int
  }

  private var known: [Int: Retired] = [:]
  /// By the order of retiring, around and around.
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

  /// Takes a run out, as it is kept apart again.
  /// - Returns: below which every number was received; `nil` for a run that is not known.
  mutating func remove(_ key: RunLedger.RunKey) -> UInt? {
    known.isEmpty ? nil : known.removeValue(forKey: key.hashValue)?.covered
  }
}
