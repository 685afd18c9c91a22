import FrameCore

/// The frames of a run that the broker did not acknowledge, by number for the report.
final class UndeliveredFrames: Sendable {
  private struct State {
    var count = 0
    /// In the order reported; adjacent frames are joined.
    var ranges: [ClosedRange<Int>] = []
    var isEndMissing = false
  }

  /// The most ranges that are kept; further frames are only counted.
  private static let maximumRanges = 8

  private let state = Lock(State())

  var count: Int { state.withLock { $0.count } }

  /// Whether the record that ends the run was not acknowledged.
  var isEndMissing: Bool { state.withLock { $0.isEndMissing } }

  func add(_ sequence: Int) {
    state.withLock { state in
      state.count += 1
      if let last = state.ranges.last, sequence == last.upperBound + 1 {
        state.ranges[state.ranges.count - 1] = last.lowerBound...sequence
      } else if state.ranges.count < Self.maximumRanges {
        state.ranges.append(sequence...sequence)
      }
    }
  }

  func addEnd() { state.withLock { $0.isEndMissing = true } }

  /// `212-275, 280`; shortened when there are many.
  var names: String {
    state.withLock { state in
      let named = state.ranges.reduce(0) { $0 + $1.count }
      let list = state.ranges.map {
        $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
      }.joined(separator: ", ")
      return named < state.count ? "\(list) and \(state.count - named) more" : list
    }
  }
}
