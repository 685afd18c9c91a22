/// The counts and latencies of each feed. A value type; ``FeedTally`` has its lock.
///
/// Feed names are hostile input: ``maximumFeeds`` are kept separately, each in about 7 KB, allocated for its first
/// frame. At the limit the least recently seen feeds are added to the entry ``others``, so that sums stay complete; a
/// feed that comes again starts at 0.
public struct FeedTable: Sendable {
  /// The most feeds kept separately.
  public static let maximumFeeds = 1024
  /// The entry of all feeds that are not kept separately. A feed with this name is counted there.
  public static let others = "(others)"
  /// Feeds are removed in groups of this size, so that searching for the oldest is rare.
  private static let folded = maximumFeeds / 16

  /// The figures of one feed.
  public struct Entry: Sendable {
    public fileprivate(set) var feed: String
    /// Frames received, each counted once.
    public fileprivate(set) var received = 0
    /// Frames that the model answered.
    public fileprivate(set) var inferred = 0
    public fileprivate(set) var rejected = 0
    /// Frames dropped because they were too old or a newer one replaced them.
    public fileprivate(set) var dropped = 0
    /// When its last frame arrived, ns since the Unix epoch; 0 if none did.
    public fileprivate(set) var lastSeen: Int64 = 0
    /// End-to-end latency in the last complete window, ms; `nil` if nothing was answered in it.
    public fileprivate(set) var window: StageSummary?
  }

  private struct Slot {
    var entry: Entry
    var endToEnd = CompactHistogram()
    var windowed = WindowedDurations()
    /// The value of the touch counter at the last update; 0 for a free slot.
    var touched = 0
  }

  private var slots: [Slot] = []
  private var places: [String: Int] = [:]
  /// Free slots, whose memory is reused for the next feeds.
  private var spare: [Int] = []
  /// The entry of the removed feeds.
  private var rest = Slot(entry: Entry(feed: others))
  private var touches = 0
  private var window = 0
  /// The number of feeds that were removed.
  public private(set) var madeRoom = 0

  public init() {}

  /// Counts a received frame.
  /// - Parameter now: the time of receipt, ns since the Unix epoch.
  public mutating func received(_ feed: String, at now: Int64) {
    update(feed) { slot in
      slot.entry.received += 1
      slot.entry.lastSeen = now
    }
  }

  /// Counts an answered frame.
  /// - Parameter latency: the time since it was due, ns; `nil` if the clocks cannot be compared.
  public mutating func inferred(_ feed: String, latency: Int64?) {
    update(feed) { slot in
      slot.entry.inferred += 1
      guard let latency else { return }
      slot.endToEnd.record(latency)
      slot.windowed.record(latency)
    }
  }

  public mutating func rejected(_ feed: String) { update(feed) { $0.entry.rejected += 1 } }

  public mutating func dropped(_ feed: String) { update(feed) { $0.entry.dropped += 1 } }

  // MARK: windows

  /// The number of feeds kept separately.
  public var count: Int { slots.count }

  /// Ends the current window of some feeds, and of ``others``, if its number is lower than this one.
  /// - Parameter range: indices below ``count``; others are ignored.
  mutating func roll(to number: Int, _ range: Range<Int>) {
    window = max(window, number)
    for place in range.clamped(to: slots.indices) { Self.roll(&slots[place], to: window) }
    Self.roll(&rest, to: window)
  }

  private static func roll(_ slot: inout Slot, to number: Int) {
    slot.windowed.roll(to: number)
    slot.entry.window = slot.windowed.last
  }

  // MARK: what is told

  /// The feeds, unordered; ``others`` is last, if it has any.
  public var entries: [Entry] {
    // Slot by slot: an array of slots would be copied while threads wait.
    var entries: [Entry] = []
    entries.reserveCapacity(slots.count + 1)
    for place in slots.indices where slots[place].touched > 0 { entries.append(slots[place].entry) }
    if rest.touched > 0 { entries.append(rest.entry) }
    return entries
  }

  /// The latencies for a report, by feed name.
  public var latencies: [RunReport.FeedLatency] {
    (slots + [rest]).filter { $0.touched > 0 }.map { slot in
      RunReport.FeedLatency(
        feed: slot.entry.feed, inferred: slot.entry.inferred, endToEnd: slot.endToEnd.summary())
    }.sorted { $0.feed < $1.feed }
  }

  // MARK: keeping

  private mutating func update(_ feed: String, _ body: (inout Slot) -> Void) {
    touches += 1
    guard let place = places[feed] ?? begin(feed) else {
      rest.touched = touches
      Self.roll(&rest, to: window)
      return body(&rest)
    }
    slots[place].touched = touches
    Self.roll(&slots[place], to: window)
    body(&slots[place])
  }

  /// - Returns: `nil` for ``others``.
  private mutating func begin(_ feed: String) -> Int? {
    guard feed != Self.others else { return nil }
    if slots.count < Self.maximumFeeds {
      var slot = Slot(entry: Entry(feed: feed))
      slot.windowed.reset(to: window)
      slots.append(slot)
      places[feed] = slots.count - 1
      return slots.count - 1
    }
    if spare.isEmpty { foldOldest() }
    guard let place = spare.popLast() else { return nil }
    slots[place].entry = Entry(feed: feed)
    places[feed] = place
    return place
  }

  private mutating func foldOldest() {
    let oldest = slots.indices.sorted { slots[$0].touched < slots[$1].touched }.prefix(Self.folded)
    Self.roll(&rest, to: window)
    for place in oldest {
      Self.roll(&slots[place], to: window)
      let entry = slots[place].entry
      rest.entry.received += entry.received
      rest.entry.inferred += entry.inferred
      rest.entry.rejected += entry.rejected
      rest.entry.dropped += entry.dropped
      rest.entry.lastSeen = max(rest.entry.lastSeen, entry.lastSeen)
      rest.endToEnd.add(slots[place].endToEnd)
      rest.windowed.add(slots[place].windowed)
      rest.touched = max(rest.touched, slots[place].touched)
      places[entry.feed] = nil
      slots[place].touched = 0
      slots[place].endToEnd.reset()
      slots[place].windowed.reset(to: window)
      madeRoom += 1
    }
    spare = Array(oldest)
  }
}
