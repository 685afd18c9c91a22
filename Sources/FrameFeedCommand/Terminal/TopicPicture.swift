import FoundationEssentials
import FrameLatency
import KafkaTransport

/// The output of `topic describe`: a topic's partitions and settings. Values that could not be read are absent, or `-`.
struct TopicPicture: Encodable {
  struct Part: Encodable {
    let partition: Int32
    let leader: Int32?
    let replicas: [Int32]
    let inSync: [Int32]
    /// The first offset kept.
    let beginning: Int64?
    /// The offset after the last record stored.
    let end: Int64?
    /// The size on the leader's disk.
    let bytes: Int64?
  }

  let topic: String
  let replication: Int
  let partitions: [Part]
  let settings: [String: String]
  /// Why values are absent, one sentence each.
  let problems: [String]
  /// The ``settings`` that are not the topic's own.
  private let inherited: Set<String>
  /// Whether offsets could not be read.
  let isIncomplete: Bool

  private enum CodingKeys: CodingKey {
    case topic, replication, partitions, settings, problems
  }

  /// - Parameter all: whether to include settings that are not the topic's own.
  init(_ topic: TopicDescription, _ admin: TopicAdmin, all: Bool) throws(TransportError) {
    let (extents, unknown) = try admin.extents(of: topic.name, topic.layout)
    let (sizes, unmeasured) = admin.sizes(of: topic.name, topic.layout)
    self.topic = topic.name
    replication = topic.replication
    partitions = topic.layout.map { part in
      Part(
        partition: part.number, leader: part.leader, replicas: part.replicas, inSync: part.inSync,
        beginning: extents[part.number]?.lowerBound, end: extents[part.number]?.upperBound,
        bytes: sizes[part.number])
    }
    let shown = topic.configuration.filter { all || $0.value.isOwn || $0.key == "max.message.bytes" }
    settings = shown.mapValues(\.value)
    inherited = Set(shown.filter { !$0.value.isOwn }.keys)
    isIncomplete = !unknown.isEmpty
    var problems = unknown.sorted { $0.key < $1.key }.map { "partition \($0.key): \($0.value)" }
    if let unmeasured { problems.append("bytes: \(unmeasured)") }
    if let denial = topic.withheld { problems.append("settings: \(denial.lack): \(denial.remedy)") }
    self.problems = problems
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// The text, without a final newline.
  var text: String {
    func cell<Number: BinaryInteger>(_ number: Number?) -> String { number.map { "\($0)" } ?? "-" }
    func brokers(_ numbers: [Int32]) -> String {
      numbers.isEmpty ? "-" : numbers.map { "\($0)" }.joined(separator: ",")
    }
    var lines = [
      "topic        \(topic)", "partitions   \(partitions.count)", "replication  \(replication)", "",
    ]
    lines += TextTable.aligned(
      [["partition", "leader", "replicas", "in sync", "beginning", "end", "bytes"]]
        + partitions.map { part in
          [
            "\(part.partition)", cell(part.leader), brokers(part.replicas), brokers(part.inSync),
            cell(part.beginning), cell(part.end), cell(part.bytes),
          ]
        })
    if !settings.isEmpty { lines.append("") }
    let width = settings.keys.map(\.count).max() ?? 0
    for (key, value) in settings.sorted(by: { $0.key < $1.key }) {
      let padding = String(repeating: " ", count: width - key.count)
      lines.append("  \(key)\(padding)  \(value)\(inherited.contains(key) ? "  (inherited)" : "")")
    }
    return (lines + problems).joined(separator: "\n")
  }
}
