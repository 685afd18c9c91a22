import FrameLatency
import KafkaTransport

/// Checks whether a topic accepts the timestamps of this host's frames: a broker rejects records whose timestamp is too
/// far from its own clock.
struct TimestampExamination {
  typealias Finding = DoctorReport.Finding

  let doctor: Doctor
  let topic: TopicDescription
  /// The broker's clock minus this host's, ms; `nil` if unknown.
  let offset: Double?

  private static let subject = "timestamps"
  /// The age to allow for a frame that waited for an unavailable broker, ms.
  private static let longestWait = 120_000.0

  var findings: [Finding] {
    // The broker's own timestamps are never rejected.
    guard topic.configuration["message.timestamp.type"]?.value != "LogAppendTime" else { return [] }
    return [before, after].compactMap { $0 }
  }

  /// Returns the narrowest limit of these settings, ms. The second setting is the limit of brokers before 3.6 for both
  /// directions.
  private func bound(_ name: String) -> (name: String, milliseconds: Double)? {
    [name, "message.timestamp.difference.max.ms"].compactMap { name in
      topic.configuration[name].flatMap { Double($0.value) }.map { (name, $0) }
    }.min { $0.milliseconds < $1.milliseconds }
  }

  private var before: Finding? {
    guard let (name, bound) = bound("message.timestamp.before.max.ms") else { return nil }
    let remedy = doctor.change("--config \(name)=9223372036854775807")
    let text = "\(name) is \(bound.fixed(0))"
    // A frame takes some time to arrive; with a smaller limit it would pass only by chance.
    if bound < 1000 || bound < offset ?? 0 {
      let clock =
        (offset ?? 0) > 1
        ? ", and the broker's clock is \((offset ?? 0).fixed(0)) ms ahead of this host's" : ""
      return Finding(
        level: .fails, subject: Self.subject, text: text + clock + ": frames are refused as too old",
        remedy: remedy)
    }
    guard bound < Self.longestWait + (offset ?? 0) else { return nil }
    return Finding(
      level: .hurts, subject: Self.subject,
      text: text + ": frames that waited for a broker are refused as too old",
      remedy: remedy)
  }

  private var after: Finding? {
    guard let (name, bound) = bound("message.timestamp.after.max.ms"), let offset, -offset > bound else {
      return nil
    }
    return Finding(
      level: .fails, subject: Self.subject,
      text:
        "\(name) is \(bound.fixed(0)), and this host's clock is \((-offset).fixed(0)) ms ahead of the broker's: frames are refused",
      remedy: "chronyc tracking  # on both hosts; install chrony where it is missing")
  }
}
