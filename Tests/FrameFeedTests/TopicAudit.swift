import Foundation
import Testing

/// What became of every frame on a topic, by its records and the answers alone (scripts/audit.py).
struct TopicAudit: Decodable, CustomStringConvertible {
  /// 0 exact, 2 wrong, 3 nothing worse than answers and positions that repeat.
  let exit: Int
  let runs: [Run]
  /// Frames without FrameFeed's headers, by feed.
  let foreign: [Foreign]
  let partitions: [Partition]
  /// By name, as in `scripts/audit.py --json`: `unanswered`, `passed`, `holes`, `backwards`, `twice`, `behind` ...
  let totals: [String: Int]

  struct Run: Decodable {
    let feed: String
    let run: String
    /// The count of its end record; `nil` when it has none.
    let end: Int?
    let frames: Int
    let answered: Int
    let unanswered: Int
    /// Unanswered and left out by intention: `--since`, `--partial`, and `--policy latest`.
    let before: Int
    let dropped: Int
  }

  struct Foreign: Decodable {
    let feed: String
    let frames: Int
    let answered: Int
    let unanswered: Int
  }

  struct Partition: Decodable {
    let partition: Int
    /// The log start, the end for `read_committed`, and the log end.
    let start: Int
    let readable: Int
    let end: Int
    let position: Int?
  }

  /// - Parameters:
  ///   - results: files of answers, or `kafka:TOPIC`.
  ///   - options: of the auditor: `--group G`, `--policy latest`, `--from-offsets FILE` ...
  init(_ topic: String, _ results: [String], on broker: String, _ options: [String] = []) throws {
    let ended = try RunningCommand(
      try #require(python), ["scripts/audit.py", topic] + results + ["--broker", broker, "--json"] + options
    ).wait()
    try #require([0, 2, 3].contains(ended.code), "\(ended.errors)")
    self = try JSONDecoder().decode(TopicAudit.self, from: Data(ended.output))
  }

  /// Saves what a topic has now in a file, for an audit after records were deleted.
  static func save(_ topic: String, in file: String, on broker: String) throws {
    let ended = try RunningCommand(
      try #require(python), ["scripts/audit.py", topic, "--save", file, "--broker", broker]
    ).wait()
    try #require(ended.code == 0, "\(ended.errors)")
  }

  var description: String {
    totals.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      .joined(separator: ", ")
  }
}

extension Scratch {
  /// Audits the topic by files of answers of this directory.
  func audit(_ files: [String], _ options: [String] = []) throws -> TopicAudit {
    try TopicAudit(topic, files.map(file), on: try #require(broker), options)
  }
}
