import Foundation
import Testing

/// A topic as the sinks of the tests get it: several partitions, each of another length before the first frame, so
/// that a position that is taken for another partition's shows.
enum UnequalTopic {
  /// Where a test asks for no other number.
  static let partitions = 3

  /// Records that each partition begins with. They have no value: a sink skips them and moves on past them. One
  /// partition has none.
  private static let beginnings = [5, 0, 9, 2]

  /// Where the frames of a partition begin.
  static func beginning(of partition: Int) -> Int { beginnings[partition] }

  /// - Parameter settings: for librdkafka, each behind an `-X`.
  static func create(
    _ topic: String, partitions: Int = partitions, on broker: String, _ settings: [String] = []
  ) throws {
    let created = try RunningCommand(
      framefeed, ["topic", "create", topic, "--broker", broker, "--partitions", "\(partitions)"] + settings
    ).wait()
    #expect(created.code == 0, "\(created.errors)")
    try fill(topic, partitions: partitions, on: broker, settings)
  }

  /// Writes the records that the partitions of a new topic begin with.
  static func fill(
    _ topic: String, partitions: Int = partitions, on broker: String, _ settings: [String] = []
  ) throws {
    let keys = (0..<partitions).flatMap {
      Array(repeating: feed(in: $0, of: partitions), count: beginnings[$0])
    }
    let filled = try RunningCommand(
      "sh",
      [
        "-c",
        "printf '\(keys.map { "\($0):\\n" }.joined())' | kcat -P -b \(broker) -t \(topic) -X partitioner=murmur2_random -Z -K: \"$@\"",
        "kcat",
      ] + settings
    ).wait()
    #expect(filled.code == 0, "\(filled.errors)")
  }

  /// Waits until a frame lies on a topic behind the records that it began with: a sink `--until-end` that read them first
  /// would rightly take them for all there is.
  static func awaitFrame(_ topic: String, on broker: String) throws {
    let isThere = try eventually {
      // Bytes of each value, -1 for none.
      try run(
        "kcat", "-C", "-b", broker, "-t", topic, "-o", "beginning", "-c", "40", "-e", "-q", "-f", "%S\n",
        "-X",
        "fetch.wait.max.ms=1"
      ).text
        .split(separator: "\n").contains { $0 != "-1" && $0 != "0" }
    }
    #expect(isThere, "no frame on \(topic)")
  }

  /// Where Java's clients put a feed, and FrameFeed: `partitioner=murmur2_random`.
  static func partition(of feed: String, of partitions: Int = partitions) -> Int {
    Int(murmur2(Array(feed.utf8)) & 0x7FFF_FFFF) % partitions
  }

  /// A feed of a partition.
  static func feed(in partition: Int, of partitions: Int = partitions) -> String {
    (1...).lazy.map { "camera-\($0)" }.first { self.partition(of: $0, of: partitions) == partition }!
  }

  /// Austin Appleby's MurmurHash2 with the seed of Kafka's clients.
  private static func murmur2(_ bytes: [UInt8]) -> UInt32 {
    let factor: UInt32 = 0x5BD1_E995
    var hash = 0x9747_B28C ^ UInt32(bytes.count)
    let whole = bytes.count / 4 * 4
    for at in stride(from: 0, to: whole, by: 4) {
      var word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) } &* factor
      word = (word ^ word >> 24) &* factor
      hash = hash &* factor ^ word
    }
    if whole < bytes.count {
      for at in whole..<bytes.count { hash ^= UInt32(bytes[at]) << (8 * UInt32(at - whole)) }
      hash = hash &* factor
    }
    hash = (hash ^ hash >> 13) &* factor
    return hash ^ hash >> 15
  }
}

/// Where a group stands in a partition, by the broker's own answer to confluent-kafka (scripts/positions.py).
struct Position: Decodable, Equatable {
  let partition: Int
  let beginning: Int
  let end: Int
  /// `nil` when the group has committed nothing there.
  let committed: Int?

  var isAtEnd: Bool { committed == end || committed == nil && end == 0 }

  /// - Parameter settings: for librdkafka, each behind an `-X`.
  static func of(
    _ topic: String, group: String, on broker: String, _ settings: [String] = []
  ) throws -> [Position] {
    let answer = try RunningCommand(
      try #require(python), ["scripts/positions.py", broker, topic, group] + settings
    ).wait()
    try #require(answer.code == 0, "\(answer.errors)")
    return try answer.text.split(separator: "\n").map {
      try JSONDecoder().decode(Position.self, from: Data($0.utf8))
    }
  }
}

/// Expects that a group has read a topic to its end: each of several partitions of different lengths.
func expectReadToEnd(
  _ topic: String, group: String, on broker: String, _ settings: [String] = [],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let positions = try Position.of(topic, group: group, on: broker, settings)
  let lengths = Set(positions.map(\.end))
  #expect(positions.count >= 3 && lengths.count == positions.count, sourceLocation: sourceLocation)
  for position in positions { #expect(position.isAtEnd, "\(position)", sourceLocation: sourceLocation) }
}

extension Scratch {
  /// Expects that a group has read the topic to its end.
  /// - Parameter group: of the same name as the topic, unless given.
  func expectReadToEnd(group: String? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try FrameFeedTests.expectReadToEnd(
      topic, group: group ?? topic, on: try #require(broker), sourceLocation: sourceLocation)
  }

  /// See ``UnequalTopic/awaitFrame(_:on:)``.
  func awaitFrame() throws { try UnequalTopic.awaitFrame(topic, on: try #require(broker)) }

  /// Where a group stands in a partition; `nil` when it has committed nothing there.
  func committed(_ partition: Int, group: String) throws -> Int? {
    try Position.of(topic, group: group, on: try #require(broker))[partition].committed
  }
}
