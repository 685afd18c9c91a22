import FoundationEssentials
import FrameLatency
import KafkaTransport

/// Checks that require sending records: the broker's clock, and whether a quota throttles this client. Uses a small
/// topic of its own and deletes it.
struct ProbeTopic {
  typealias Finding = DoctorReport.Finding

  let doctor: Doctor
  let admin: TopicAdmin

  /// The most bytes sent to detect a quota.
  private static let mostBytes = 4_000_000

  /// - Returns: the findings, and the broker's clock minus this host's, ms, if it can be read.
  func examine() -> (findings: [Finding], offset: Double?) {
    let name = "framefeed-doctor-" + UUID().uuidString.prefix(8).lowercased()
    var settings = TopicSettings()
    settings.configuration["message.timestamp.type"] = "LogAppendTime"
    do throws(TransportError) {
      try admin.create(name, settings)
      defer { try? admin.delete(name) }
      let offset = try BrokerClock.offset(doctor.kafka, topic: name)
      return ([clock(offset)] + [try quota(name)], offset.map { Double($0.nanoseconds) / 1e6 })
    } catch {
      let why = if case .denied(let denial) = error { denial.lack } else { "\(error)" }
      let remedy = if case .denied(let denial) = error { denial.remedy } else { String?.none }
      return (
        [
          Finding(
            level: .note, subject: "clock and quota",
            text: "the broker's clock cannot be read, nor whether a quota throttles this client: \(why)",
            remedy: remedy)
        ], nil
      )
    }
  }

  private func clock(_ offset: ClockOffset?) -> Finding {
    guard let offset else {
      return Finding(
        level: .note, subject: "clock",
        text:
          "the broker does not stamp records with its own time (LogAppendTime), so its clock cannot be read")
    }
    let (off, bound) = (Double(offset.nanoseconds) / 1e6, Double(offset.bound) / 1e6)
    let text = "the broker's is \(off.fixed(1)) ms from this host's, within \(bound.fixed(1)) ms"
    guard abs(off) > max(50, 2 * bound) else { return Finding(level: .good, subject: "clock", text: text) }
    return Finding(
      level: .hurts, subject: "clock",
      text: text + ": latencies between hosts whose clocks differ like this are wrong by as much",
      remedy: "chronyc tracking  # on both hosts; install chrony where it is missing")
  }

  /// Kafka measures over ten seconds: sending this much reveals a quota below a tenth of it per second.
  private func quota(_ name: String) throws(TransportError) -> Finding {
    let bytes = Int(min(doctor.rate * 10, Double(Self.mostBytes)))
    let throttle = try QuotaProbe.throttle(doctor.kafka, topic: name, bytes: bytes)
    let sent = "\((Double(bytes) / 1e6).fixed(1)) MB"
    guard throttle > 0 else {
      return Finding(
        level: .good, subject: "quota",
        text: "none below \((Double(bytes) / 1e7).fixed(1)) MB/s: \(sent) were not throttled; "
          + "larger ones show only under load")
    }
    return Finding(
      level: .hurts, subject: "quota",
      text: "the broker throttled this client for \(throttle) ms after \(sent) or less: a quota "
        + "(producer_byte_rate) below the \((doctor.rate / 1e6).fixed(1)) MB/s that are required",
      remedy:
        "kafka-configs.sh --bootstrap-server \(doctor.kafka.brokers) --describe --entity-type users --entity-type clients"
    )
  }
}
