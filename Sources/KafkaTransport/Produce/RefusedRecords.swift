/// Records that were sent and not delivered, until a flush has said so to who must know. A value without locks.
///
/// Whoever sends from several threads flushes from each: a flush is told of its own thread's records, and of those of
/// others that nobody was told of. So nobody is told that all is well whose own record was refused, one who flushes for
/// others hears of theirs, and no flush later fails for what was told.
struct RefusedRecords: Sendable, Equatable {
  /// Why a record was not taken, and how large its key and value are.
  struct Refusal: Sendable, Equatable {
    let error: TransportError
    let bytes: Int
  }

  private struct Entry: Equatable {
    let refusal: Refusal
    var isTold = false
  }

  /// The first of each thread that sends: more say no more.
  private var firsts: [UInt: Entry] = [:]
  /// Threads whose refusals are kept at most; beyond, they count as the same thread's.
  static let maximumThreads = 64

  mutating func add(_ refusal: Refusal, of thread: UInt) {
    let thread = firsts.count < Self.maximumThreads || firsts[thread] != nil ? thread : 0
    if firsts[thread].map(\.isTold) ?? true { firsts[thread] = Entry(refusal: refusal) }
  }

  /// What a flush of a thread is to say.
  mutating func take(of thread: UInt) -> Refusal? {
    if let own = firsts.removeValue(forKey: thread) { return own.refusal }
    guard let other = firsts.first(where: { !$0.value.isTold }) else { return nil }
    firsts[other.key]?.isTold = true
    return other.value.refusal
  }

  mutating func forgetAll() { firsts = [:] }
}
