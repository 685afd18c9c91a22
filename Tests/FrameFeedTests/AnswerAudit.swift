/// What became of every frame that was sent, by feed, run and sequence, from the answers alone.
struct AnswerAudit: CustomStringConvertible {
  /// Sent and never answered.
  private(set) var lost = 0
  /// Answers beyond a frame's first.
  private(set) var twice = 0
  /// Answered and never sent.
  private(set) var unknown = 0
  /// Answers that one sink gave behind those of a later frame of the same run, or of the same frame.
  private(set) var disordered = 0
  private(set) var answers = 0

  private struct Run: Hashable {
    let feed: String
    let run: String
  }

  /// - Parameters:
  ///   - sinks: each sink's answers, in the order given.
  ///   - sent: the lengths of each feed's runs. Which run is which is taken from the answers: the one that was
  ///     answered furthest is the longest.
  init(_ sinks: [[AnsweredFrame]], sent: [String: [Int]]) {
    var frames: [Run: Set<Int>] = [:]
    for sink in sinks {
      var last: [Run: Int] = [:]
      for answer in sink {
        let run = Run(feed: answer.feed, run: answer.run)
        answers += 1
        if !frames[run, default: []].insert(answer.sequence).inserted { twice += 1 }
        if answer.sequence <= last[run] ?? -1 { disordered += 1 }
        last[run] = max(last[run] ?? -1, answer.sequence)
      }
    }
    for feed in Set(frames.keys.map(\.feed)).union(sent.keys) {
      let runs = frames.filter { $0.key.feed == feed }.values.sorted { $0.max()! > $1.max()! }
      let lengths = (sent[feed] ?? []).sorted(by: >)
      for at in 0..<max(runs.count, lengths.count) {
        let answered = at < runs.count ? runs[at] : []
        let length = at < lengths.count ? lengths[at] : 0
        let known = answered.count { (0..<length).contains($0) }
        lost += length - known
        unknown += answered.count - known
      }
    }
  }

  /// Each frame once, and in order.
  var isExact: Bool { isComplete && twice == 0 && disordered == 0 }
  /// Each frame at least once.
  var isComplete: Bool { lost == 0 && unknown == 0 }

  var description: String {
    "answers \(answers), lost \(lost), twice \(twice), unknown \(unknown), out of order \(disordered)"
  }
}
