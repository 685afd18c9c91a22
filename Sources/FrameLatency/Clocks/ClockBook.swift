public import FrameCore

/// Keeps the clocks of other hosts apart: how far each is from ours, and how many frames it stamped. From any
/// thread.
public final class ClockBook: Sendable {
  /// Whether offsets are asked for. Then durations between two clocks are taken only when corrected.
  public let isSynchronised: Bool
  private let clocks = Monitor(ClockTable())

  public init(isSynchronised: Bool = false) { self.isSynchronised = isSynchronised }

  /// Counts a frame and brings its stamps to our clock, if its clock's offset is known: within 100 ms, and from an
  /// answer of the last ten minutes.
  /// - Parameters:
  ///   - clock: names the clock of the stamps; becomes ours with them.
  ///   - now: by our clock, ns.
  public func count(_ clock: inout String?, _ stamps: inout SourceStamps, at now: Int64 = FrameClock.now()) {
    guard clock != FrameClock.domain else { return }
    let name = clock == UnknownClock.name ? UnknownClock.row : clock ?? ClockTable.unnamed
    guard let offset = clocks.withLock({ $0.count(name, at: now) }) else { return }
    // Stamps are hostile input: they may wrap, never trap.
    stamps.scheduled &-= offset
    stamps.captured &-= offset
    stamps.encoded &-= offset
    stamps.sent &-= offset
    clock = FrameClock.domain
  }

  /// Whether durations from stamps of this clock to now go into the figures. Those of a clock that could be any are in
  /// none.
  public func measures(_ clock: String?) -> Bool {
    clock == FrameClock.domain || !isSynchronised && clock != UnknownClock.name
  }

  /// Takes an exchange with another clock.
  public func add(_ exchange: ClockExchange, clock: String) {
    // Two hosts of one name would contradict each other.
    guard clock != FrameClock.domain, clock != UnknownClock.name else { return }
    clocks.withLock { $0.add(exchange, clock) }
  }

  /// Whether a clock would gain from more exchanges.
  public var wantsMore: Bool { clocks.withLock { $0.wantsMore } }

  /// The clocks that stamped frames, by name; `nil` when all were ours.
  public func reports(at now: Int64) -> [ClockReport]? {
    let reports = clocks.withLock { $0.reports(at: now) }
    return reports.isEmpty ? nil : reports
  }
}
