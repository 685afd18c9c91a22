/// The records that were sent and not delivered, kept until a flush has reported them. A value without locks.
///
/// Each thread that sends also flushes: a flush reports the refused records of its own thread, and those of other
/// threads that no flush has reported. So no thread sees success whose own record was refused, a thread that flushes
/// for others gets their errors, and no later flush fails for a record that was reported.
struct RefusedRecords: Sendable, Equatable {
  /// Why a record was not accepted, and the size of its key and value.
  struct Refusal: Sendable, Equatable {
    let error: TransportError
    let bytes: Int
  }

  private struct Entry: Equatable {
    let refusal: Refusal
    var isTold = false
  }

  /// The first refusal of each thread that sends: further ones add no information.
  private var firsts: [UInt: Entry] = [:]
  /// The most threads whose refusals are kept; those beyond count as one thread.
  static let maximumThreads = 64

  mutating func add(_ refusal: Refusal, of thread: UInt) {
    let thread = firsts.count < Self.maximumThreads || firsts[thread] != nil ? thread : 0
    if firsts[thread].map(\.isTold) ?? true { firsts[thread] = Entry(refusal: refusal) }
  }

  /// Returns the refusal that a thread's flush is to report, and treats it as reported.
  mutating func take(of thread: UInt) -> Refusal? {
    if let own = firsts.removeValue(forKey: thread) { return own.refusal }
    guard let other = firsts.first(where: { !$0.value.isTold }) else { return nil }
    firsts[other.key]?.isTold = true
    return other.value.refusal
  }

  mutating func forgetAll() { firsts = [:] }
}
