public import FrameCore

/// The clocks of other hosts: the offset of each from ours, and the number of frames it stamped. Thread-safe.
public final class HostClocks: Sendable {
  /// Whether offsets are measured. If so, durations between two clocks are recorded only when corrected.
  public let isSynchronised: Bool
  private let clocks = Monitor(ClockTable())

  public init(isSynchronised: Bool = false) { self.isSynchronised = isSynchronised }

  /// Counts a frame and converts its stamps to our clock, if the offset of its clock is known within 100 ms, from an
  /// answer of the last ten minutes.
  /// - Parameters:
  ///   - clock: the name of the stamps' clock; after a conversion, that of ours.
  ///   - now: the time by our clock, ns.
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

  /// Returns whether durations from stamps of this clock to now are recorded. Those of an unknown clock never are.
  public func measures(_ clock: String?) -> Bool {
    clock == FrameClock.domain || !isSynchronised && clock != UnknownClock.name
  }

  /// Adds an exchange with another clock.
  public func add(_ exchange: ClockExchange, clock: String) {
    // Ignored: two hosts with one name would contradict each other.
    guard clock != FrameClock.domain, clock != UnknownClock.name else { return }
    clocks.withLock { $0.add(exchange, clock) }
  }

  /// Whether any clock needs more exchanges.
  public var wantsMore: Bool { clocks.withLock { $0.wantsMore } }

  /// Returns the clocks that stamped frames, by name; `nil` if all stamps are of our clock.
  public func reports(at now: Int64) -> [ClockReport]? {
    let reports = clocks.withLock { $0.reports(at: now) }
    return reports.isEmpty ? nil : reports
  }
}
