import FrameCore

extension RecordsInFlight {
  /// A record and the memory of its bytes, which is `nil` when none is referenced.
  struct Entry: ~Copyable, Sendable {
    let record: OutgoingRecord
    var memory: FrameBuffer?
  }

  struct State: ~Copyable, @unchecked Sendable {
    // Sound: `entries` is allocated once and used under the monitor's lock only.
    let entries: UnsafeMutablePointer<Entry?>
    var sending: RecordSending
    var window: SendWindow
    /// When each slot's record was added, monotonic ns.
    var handed: [Int64]
    let capacity: Int
    /// Why the client failed, or why sending ended.
    var reason: TransportError?

    init(records: Int, bytes: Int, window: SendWindow) {
      capacity = records
      sending = RecordSending(records: records, bytes: bytes)
      self.window = window
      handed = Array(repeating: 0, count: records)
      sending.limit = window.limit
      entries = .allocate(capacity: records)
      for at in 0..<records { (entries + at).initialize(to: nil) }
    }

    /// Updates the window for an acknowledged record, before ``RecordSending`` processes the answer.
    mutating func acknowledged(_ slot: Int) {
      let now = FrameClock.monotonic()
      window.acknowledged(
        sending.bytes(of: slot), now, took: now - handed[slot], isFull: sending.inFlight >= sending.limit)
      sending.limit = window.limit
    }

    deinit {
      entries.deinitialize(count: capacity)
      entries.deallocate()
    }
  }
}
