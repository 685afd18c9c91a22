import FrameCore
import FrameCodecs
import LogLines

/// The counts of odd and damaged pictures. Each kind of oddity is logged once a run: a camera has its oddity in every
/// frame.
final class PictureCounts: Sendable {
  private struct State {
    var seen = PictureOddities()
    var counts: [Int]
    var damaged = 0
  }

  private let state = Lock(State(counts: Array(repeating: 0, count: PictureOddities.all.count)))

  /// Counts and logs the findings of a decoded picture.
  /// - Parameter name: the picture's name in the log.
  func note(_ findings: PictureFindings, _ log: Log, _ name: @autoclosure () -> String) {
    if let damage = findings.damage {
      state.withLock { $0.damaged += 1 }
      return log.warning("\(name()): kept, though damaged: \(damage)")
    }
    guard !findings.oddities.isEmpty else { return }
    let new = state.withLock { state in
      for (at, kind) in PictureOddities.all.enumerated() where findings.oddities.contains(kind.oddity) {
        state.counts[at] += 1
      }
      let new = findings.oddities.subtracting(state.seen)
      state.seen.formUnion(findings.oddities)
      return new
    }
    for kind in PictureOddities.all where new.contains(kind.oddity) {
      log.notice("\(name()): \(kind.meaning); read, and counted from now on as \(kind.name)")
    }
  }

  /// The counts by kind, for the report; `nil` without any.
  var oddities: [String: Int]? {
    let counts = state.withLock { $0.counts }
    let met = zip(PictureOddities.all, counts).filter { $1 > 0 }
    return met.isEmpty ? nil : Dictionary(uniqueKeysWithValues: met.map { ($0.name, $1) })
  }

  var damaged: Int { state.withLock { $0.damaged } }
}
