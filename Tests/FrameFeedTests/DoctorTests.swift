import Foundation
import Testing

/// `framefeed doctor`: what it finds, and that its commands mend it.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct DoctorTests {
  private struct Report: Decodable {
    struct Finding: Decodable {
      let level: String
      let subject: String
      let text: String
      let remedy: String?
    }
    struct Setting: Decodable {
      let name: String
      let librdkafka: String
      let preset: String?
      let effective: String
    }
    let schema: String
    let findings: [Finding]
    let settings: [Setting]

    func levels(_ subject: String) -> [String] { findings.filter { $0.subject == subject }.map(\.level) }
    func setting(_ name: String) -> Setting? { settings.first { $0.name == name } }
  }

  private func examine(_ arguments: [String]) throws -> (code: Int32, report: Report) {
    let done = try RunningCommand(framefeed, ["doctor", "--json"] + arguments).wait()
    return (done.code, try JSONDecoder().decode(Report.self, from: Data(done.output)))
  }

  /// Each command that it prints is run as printed.
  @Test func itsCommandsMendWhatTheyAreFor() throws {
    let scratch = try Scratch(partitions: nil)
    let arguments = ["--topic", scratch.topic, "--bytes", "20000000", "--fps", "5", "--feeds", "3"]
    var (code, report) = try examine(arguments)
    #expect(code == 1 && report.schema == "framefeed.doctor/1" && report.levels("topic") == ["fails"])
    _ = try run(
      framefeed, "topic", "create", scratch.topic, "--config", "max.message.bytes=1000000", "--config",
      "flush.messages=1", "--config", "cleanup.policy=compact", "--config", "compression.type=gzip",
      "--config", "retention.bytes=-1", "--config", "segment.bytes=14000000")
    (code, report) = try examine(arguments)
    #expect(code == 1)
    for subject in ["topic limit", "topic segments", "cleanup"] {
      #expect(report.levels(subject) == ["fails"], "\(subject)")
    }
    for subject in ["disk", "partitions", "compression", "flush"] {
      #expect(report.levels(subject) == ["hurts"], "\(subject)")
    }
    for remedy in report.findings.filter({ $0.level != "note" }).compactMap(\.remedy) {
      let words = remedy.prefix { $0 != "#" }.split(separator: " ").map(String.init)
      try #require(words.first == "framefeed")
      let done = try RunningCommand(framefeed, Array(words.dropFirst())).wait()
      #expect(done.code == 0, "\(remedy): \(done.errors)")
    }
    (code, report) = try examine(arguments)
    #expect(code == 0)
    let left = report.findings.filter { $0.level == "hurts" || $0.level == "fails" }
    #expect(left.isEmpty, "\(left)")
  }

  @Test func clientSettingsAreLookedAt() throws {
    let scratch = try Scratch(partitions: nil)
    _ = try run(framefeed, "topic", "create", scratch.topic)
    let (code, report) = try examine([
      "--topic", scratch.topic, "--size", "640x480", "--codec", "raw", "-X", "linger.ms=20", "-X",
      "message.max.bytes=500000",
    ])
    #expect(code == 1 && report.levels("client limit") == ["fails"])
    #expect(report.levels("client settings") == ["hurts"])
    let linger = try #require(report.setting("linger.ms"))
    #expect(linger.librdkafka == "5" && linger.preset == "0" && linger.effective == "20")
    // Source, sink and broker share this host's clock.
    #expect(report.levels("clock") == ["good"])
  }
}
