import KafkaTransport

/// Checks whether the client's effective settings let frames pass, and without delay.
struct ClientExamination {
  typealias Finding = DoctorReport.Finding

  let doctor: Doctor
  let settings: [DoctorReport.Setting]
  /// The largest record that the topic accepts, bytes.
  let largestRecord: Int

  private var record: Int { doctor.record }

  private func value(_ name: String) -> Int? {
    settings.first { $0.name == name }.flatMap { Int($0.effective) }
  }

  /// Returns whether a setting follows the topic's limit, which is too low itself and reported separately.
  private func followsTopic(_ name: String) -> Bool {
    doctor.kafka.value(name) == nil && largestRecord < record
  }

  var findings: [Finding] {
    var findings: [Finding] = []
    for (name, level, why) in [
      ("message.max.bytes", DoctorReport.Level.fails, "the producer will refuse frames"),
      ("receive.message.max.bytes", .fails, "the consumer cannot read a frame"),
      ("fetch.max.bytes", .hurts, "the consumer fetches each frame alone"),
      ("fetch.message.max.bytes", .hurts, "the consumer fetches each frame alone"),
    ] {
      guard !followsTopic(name), let limit = value(name), limit < record else { continue }
      findings.append(
        Finding(
          level: level, subject: "client limit",
          text: "\(name) is \(limit), less than a record of \(record) bytes: \(why)",
          remedy: "-X \(name)=\(Doctor.roomy(record))"))
    }
    if let kilobytes = value("queued.max.messages.kbytes"), kilobytes * 1024 < 2 * record {
      findings.append(
        Finding(
          level: .hurts, subject: "client limit",
          text: "queued.max.messages.kbytes is \(kilobytes), less than two records of \(record) bytes: "
            + "the sink waits for each frame's fetch",
          remedy: "-X queued.max.messages.kbytes=\(4 * record / 1024)"))
    }
    if let linger = value("linger.ms"), linger > 0, record < value("batch.size") ?? 0 {
      findings.append(
        Finding(
          level: .hurts, subject: "client settings",
          text:
            "linger.ms is \(linger): each frame smaller than batch.size waits that long for further records",
          remedy: "-X linger.ms=0"))
    }
    if findings.isEmpty {
      findings.append(
        Finding(level: .good, subject: "client limits", text: "a record of \(record) bytes is within them"))
    }
    return findings
  }
}
