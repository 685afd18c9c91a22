import FoundationEssentials
import FrameLatency

/// The findings of `doctor`: whether frames of a size pass, and commands to correct what prevents it.
public struct DoctorReport: Codable, Sendable {
  /// The severity of a finding.
  public enum Level: String, Codable, Sendable, Comparable {
    case good, note, hurts, fails

    public static func < (a: Level, b: Level) -> Bool { a.rank < b.rank }

    private var rank: Int {
      switch self {
      case .good: 0
      case .note: 1
      case .hurts: 2
      case .fails: 3
      }
    }
  }

  public struct Finding: Codable, Sendable, Equatable {
    public var level: Level
    /// The subject of the check.
    public var subject: String
    public var text: String
    /// The command that corrects it, or the nearest to one.
    public var remedy: String?
  }

  /// One setting of several clients; absent if a client has no such setting.
  public struct Setting: Codable, Sendable, Equatable {
    public var name: String
    public var librdkafka: String
    public var kafkaPython: String?
    public var java: String?
    /// The value that FrameFeed sets; absent if it keeps librdkafka's default.
    public var preset: String?
    /// The value in effect, with the user's settings.
    public var effective: String
  }

  public static let currentSchema = "framefeed.doctor/1"

  public var schema = DoctorReport.currentSchema
  public var broker: String
  public var topic: String
  /// The largest payload assumed, bytes.
  public var payloadBytes: Int
  public var fps: Double
  public var feeds: Int
  public var versions: [String: String]
  public var findings: [Finding]
  public var settings: [Setting]

  /// Whether frames of this size pass.
  public var fits: Bool { !findings.contains { $0.level == .fails } }

  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// Returns the report for a terminal, without a final newline.
  public func text() -> String {
    var lines = [
      "topic \(topic) at \(broker)  \(feeds) feed\(feeds == 1 ? "" : "s") of \(payloadBytes) bytes a frame at \(fps.fixed(0)) a second",
      "",
    ]
    for finding in findings.sorted(by: { $0.level > $1.level }) {
      let level = finding.level.rawValue
      lines.append(
        level + String(repeating: " ", count: 7 - level.count) + finding.subject + ": " + finding.text)
      if let remedy = finding.remedy { lines.append("       " + remedy) }
    }
    lines.append("")
    let head = ["setting", "librdkafka", "kafka-python", "Java", "preset", "effective"]
    lines += TextTable.aligned(
      [head]
        + settings.map { setting in
          // Only differing values are shown.
          func differing(_ value: String?) -> String { value == setting.librdkafka ? "" : value ?? "-" }
          return [
            setting.name, setting.librdkafka, differing(setting.kafkaPython), differing(setting.java),
            setting.preset ?? "", setting.effective,
          ]
        })
    return lines.map { $0.trimmedAtEnd }.joined(separator: "\n")
  }
}

extension String {
  /// The text without trailing spaces.
  fileprivate var trimmedAtEnd: String {
    var text = Substring(self)
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
