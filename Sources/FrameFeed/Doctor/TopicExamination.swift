import FrameLatency
import KafkaTransport

/// Checks whether a topic's settings prevent or harm the flow of frames.
struct TopicExamination {
  typealias Finding = DoctorReport.Finding

  let doctor: Doctor
  let topic: TopicDescription
  /// Whether this is the development broker, which keeps all records in memory: more retention is not better there.
  let isLocal: Bool

  var findings: [Finding] {
    guard !topic.configuration.isEmpty else {
      let why = topic.withheld.map(\.lack) ?? "the broker does not describe its settings"
      return [
        Finding(
          level: .note, subject: "topic", text: "\(why), so its limits are not checked",
          remedy: topic.withheld?.remedy)
      ] + [partitions]
    }
    return [limit, segment].compactMap { $0 } + retention + [partitions] + habits
  }

  private func number(_ name: String) -> Int? { topic.configuration[name].flatMap { Int($0.value) } }

  private var limit: Finding? {
    guard let limit = topic.maximumRecord else { return nil }
    guard limit < doctor.record else {
      return Finding(
        level: .good, subject: "topic limit",
        text: "max.message.bytes is \(limit), room for a record of \(doctor.record) bytes")
    }
    return Finding(
      level: .fails, subject: "topic limit",
      text: "max.message.bytes is \(limit), less than a record of \(doctor.record) bytes",
      remedy: doctor.change("--config max.message.bytes=\(Doctor.roomy(doctor.record))"))
  }

  private var segment: Finding? {
    guard let segment = number("segment.bytes"), segment < doctor.record else { return nil }
    return Finding(
      level: .fails, subject: "topic segments",
      text: "segment.bytes is \(segment), less than a record: the broker refuses records above it",
      remedy: doctor.change("--config segment.bytes=\(max(8 * doctor.record, 50_000_000))"))
  }

  /// Findings on how long a sink may be absent, and how much disk the topic needs.
  private var retention: [Finding] {
    var findings: [Finding] = []
    // Feeds are spread over the partitions; each partition keeps this much.
    let kept = number("retention.bytes").flatMap { $0 >= 0 ? Double($0) * Double(topic.partitions) : nil }
    let milliseconds = number("retention.ms").flatMap { $0 >= 0 ? Double($0) : nil }
    let byBytes = kept.map { $0 / doctor.rate }
    let byTime = milliseconds.map { $0 / 1000 }
    let megabytes = "\((doctor.rate / 1e6).fixed(1)) MB/s"
    if let seconds = [byBytes, byTime].compactMap({ $0 }).min() {
      let text = "at \(megabytes) the topic keeps \(Self.duration(seconds))"
      if seconds < 60 {
        let bytes = doctor.rate * 600 / Double(max(topic.partitions, 1))
        let wanted = Int((bytes / 1e9).rounded(.up)) * 1_000_000_000
        let settings =
          byBytes == seconds ? "--config retention.bytes=\(wanted)" : "--config retention.ms=600000"
        findings.append(
          Finding(
            level: .hurts, subject: "retention",
            text: text + ": a sink that is behind or stopped for longer loses frames",
            remedy: isLocal ? nil : doctor.change(settings, comment: "ten minutes")))
      } else {
        findings.append(Finding(level: .good, subject: "retention", text: text))
      }
    }
    if kept == nil {
      let seconds = byTime ?? .infinity
      let terabytes = doctor.rate * seconds / 1e12
      if terabytes > 0.1 {
        findings.append(
          Finding(
            level: .hurts, subject: "disk",
            text: byTime == nil
              ? "the topic keeps everything for ever, at \(megabytes)"
              : "without retention.bytes the topic grows to \(terabytes.fixed(1)) TB in \(Self.duration(seconds)) at \(megabytes)",
            remedy: doctor.change("--config retention.bytes=\(50_000_000_000)")))
      }
    }
    return findings
  }

  private var partitions: Finding {
    let count = topic.partitions
    guard count < doctor.feeds else {
      return Finding(
        level: .good, subject: "partitions",
        text:
          "\(count) for \(doctor.feeds) feed\(doctor.feeds == 1 ? "" : "s"): up to \(count) sinks can share them"
      )
    }
    return Finding(
      level: .hurts, subject: "partitions",
      text:
        "\(count) for \(doctor.feeds) feeds: feeds wait for each other, and only \(count) sinks of a group work",
      remedy: doctor.change("--partitions \(doctor.feeds)"))
  }

  /// Findings on settings that suit other data.
  private var habits: [Finding] {
    var findings: [Finding] = []
    if let policy = topic.configuration["cleanup.policy"]?.value, policy.contains("compact") {
      findings.append(
        Finding(
          level: .fails, subject: "cleanup",
          text: "cleanup.policy is \(policy): compaction keeps only the last frame of each feed",
          remedy: doctor.change("--config cleanup.policy=delete")))
    }
    if let kind = topic.configuration["compression.type"]?.value, kind != "producer", kind != "uncompressed" {
      findings.append(
        Finding(
          level: .hurts, subject: "compression",
          text: "compression.type is \(kind): the broker compresses every frame again",
          remedy: doctor.change("--config compression.type=producer")))
    }
    if let flush = number("flush.messages"), flush < 1000 {
      findings.append(
        Finding(
          level: .hurts, subject: "flush",
          text: "flush.messages is \(flush): the broker waits for its disk after every \(flush) frames",
          remedy: doctor.change("--config flush.messages=9223372036854775807")))
    }
    return findings
  }

  private static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<120: "\(seconds.fixed(1)) s"
    case ..<7200: "\((seconds / 60).fixed(0)) min"
    case ..<172_800: "\((seconds / 3600).fixed(1)) h"
    default: "\((seconds / 86400).fixed(1)) days"
    }
  }
}
