public import FrameCore

/// Keeps the clocks of other hosts apart: how far each is from ours, and how many frames it stamped. From any
/// thread.
public final class ClockBook: Sendable {
  /// Most clocks told apart: their names come from the network.
  private static let maximumClocks = 64
  private static let furtherClocks = "(further clocks)"

  private struct Clock {
    var estimator = ClockEstimator()
    var estimate: ClockEstimate?
    var frames = 0
    var corrected = 0
  }

  /// Whether offsets are asked for. Then durations between two clocks are taken only when corrected.
  public let isSynchronised: Bool
  private let clocks = Monitor<[String: Clock]>([:])

  public init(isSynchronised: Bool = false) { self.isSynchronised = isSynchronised }

  /// Counts a frame and brings its stamps to our clock, if its clock's offset is known.
  /// - Parameter clock: names the clock of the stamps; becomes ours with them.
  public func count(_ clock: inout String?, _ stamps: inout SourceStamps) {
    guard clock != FrameClock.domain else { return }
    let offset: Int64? = update(clock ?? "unknown") { book in
      book.frames += 1
      guard let estimate = book.estimate else { return nil }
      book.corrected += 1
      return estimate.offset
    }
    guard let offset else { return }
    // Stamps are hostile input: they may wrap, never trap.
    stamps.scheduled &-= offset
    stamps.captured &-= offset
    stamps.encoded &-= offset
    stamps.sent &-= offset
    clock = FrameClock.domain
  }

  /// Whether durations from stamps of this clock to now go into the figures.
  public func measures(_ clock: String?) -> Bool { !isSynchronised || clock == FrameClock.domain }

  /// Takes an exchange with another clock.
  public func add(_ exchange: ClockExchange, clock: String) {
    guard clock != FrameClock.domain else { return }
    update(clock) { book in
      book.estimator.add(exchange)
      book.estimate = book.estimator.estimate(at: exchange.heard)
    }
  }

  private func update<R>(_ name: String, _ body: (inout Clock) -> R) -> R {
    clocks.withLock { clocks in
      let isKnown = clocks[name] != nil || clocks.count < Self.maximumClocks
      guard isKnown else {
        // Counted together, and never corrected: they are not one clock.
        var rest = clocks[Self.furtherClocks] ?? Clock()
        rest.estimate = nil
        defer {
          rest.estimate = nil
          clocks[Self.furtherClocks] = rest
        }
        return body(&rest)
      }
      return body(&clocks[name, default: Clock()])
    }
  }

  /// Whether a clock that stamped frames would gain from more exchanges.
  public var wantsMore: Bool {
    clocks.withLock { $0.values.contains { $0.estimator.wantsMore } }
  }

  /// The clocks that stamped frames, by name; `nil` when all were ours.
  public func reports(at now: Int64) -> [ClockReport]? {
    let reports = clocks.withLock { clocks in
      clocks.filter { $0.value.frames > 0 }.map { name, clock in
        let estimate = clock.estimator.estimate(at: now)
        return ClockReport(
          domain: name, frames: clock.frames, corrected: clock.corrected,
          offsetMs: estimate.map { Double($0.offset) / 1e6 },
          errorMs: estimate.map { Double($0.bound) / 1e6 })
      }
    }.sorted { $0.domain < $1.domain }
    return reports.isEmpty ? nil : reports
  }
}
