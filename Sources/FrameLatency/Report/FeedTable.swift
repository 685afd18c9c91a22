/// What became of the frames of each feed, and how long they took. A value; ``FeedTally`` guards it.
///
/// Names of feeds are hostile input: ``maximumFeeds`` are kept apart, each in about 7 KB that are taken when it comes.
/// For a further one those that were not heard of for longest make room: their figures are added to the entry
/// ``others``, so that sums stay whole, and a feed that comes again begins anew.
public struct FeedTable: Sendable {
  /// Most feeds kept apart.
  public static let maximumFeeds = 1024
  /// Names the entry of all feeds that are no longer kept apart. A feed that is called so is counted there.
  public static let others = "(others)"
  /// So many make room at a time, that finding the oldest is rare.
  private static let folded = maximumFeeds / 16

  /// One feed's figures.
  public struct Entry: Sendable {
    public fileprivate(set) var feed: String
    /// Frames that came, each once.
    public fileprivate(set) var received = 0
    /// Frames that the model answered.
    public fileprivate(set) var inferred = 0
    public fileprivate(set) var rejected = 0
    /// Frames that were too old to be worth the model's time.
    public fileprivate(set) var dropped = 0
    /// When its last frame came, ns since the Unix epoch; 0 when none has.
    public fileprivate(set) var lastSeen: Int64 = 0
    /// End to end in the last window that is over, ms; `nil` when nothing was answered in it.
    public fileprivate(set) var window: StageSummary?
  }

  private struct Slot {
    var entry: Entry
    var endToEnd = CompactHistogram()
    var windowed = WindowedDurations()
    /// When it was last heard of: counts up; 0 while it is nobody's.
    var touched = 0
  }

  private var slots: [Slot] = []
  private var places: [String: Int] = [:]
  /// Slots that were emptied: their memory goes to the next feeds.
  private var spare: [Int] = []
  /// Of feeds that made room.
  private var rest = Slot(entry: Entry(feed: others))
  private var touches = 0
  private var window = 0
  /// How often a feed made room for another.
  public private(set) var madeRoom = 0

  public init() {}

  /// A frame came.
  /// - Parameter now: when, ns since the Unix epoch.
  public mutating func received(_ feed: String, at now: Int64) {
    update(feed) { slot in
      slot.entry.received += 1
      slot.entry.lastSeen = now
    }
  }

  /// The model has answered a frame.
  /// - Parameter latency: from when it was due, ns; `nil` where the clocks cannot be compared.
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

  /// Feeds kept apart.
  public var count: Int { slots.count }

  /// Ends the running window of some feeds, when it is not the one of this number, and of ``others``.
  /// - Parameter range: of ``count``; what is beyond is passed over.
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

  /// The feeds in no order; ``others`` is last, where there are any.
  public var entries: [Entry] {
    // Slot by slot: an array of slots would be copied while threads wait.
    var entries: [Entry] = []
    entries.reserveCapacity(slots.count + 1)
    for place in slots.indices where slots[place].touched > 0 { entries.append(slots[place].entry) }
    if rest.touched > 0 { entries.append(rest.entry) }
    return entries
  }

  /// For a report: by name.
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
