import Foundation
import Testing

/// The auditor finds what is wrong with answers, and nothing where nothing is.
@Suite(
  .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"),
  .enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with confluent-kafka"))
struct AuditTests {
  /// Topics and answers made by hand, with each thing that may be wrong with them.
  @Test(arguments: ["answers", "topics"]) func whatIsWrongIsFound(with: String) throws {
    let ended = try RunningCommand(try #require(python), ["scripts/audit_\(with)_test.py"]).wait()
    #expect(ended.code == 0, "\(ended.errors)")
  }

  /// The answers of a sink, as it writes them.
  @Test func aSinkThatReadsAllIsExact() throws {
    let scratch = try Scratch()
    for (partition, frames) in [40, 25, 60].enumerated() {
      let feed = UnequalTopic.feed(in: partition)
      let source = try run(
        framefeed, "stream", "synthetic:64x48", "--codec", "raw", "--topic", scratch.topic, "--feed", feed,
        "--fps", "max", "--frames", "\(frames)", "--quiet")
      #expect(source.code == 0, "\(source.errors)")
    }
    let sink = try run(
      framefeed, "sink", "--topic", scratch.topic, "--group", scratch.topic, "--results",
      scratch.file("answers.jsonl"), "--until-end", "--quiet")
    #expect(sink.code == 0, "\(sink.errors)")
    let exact = try scratch.audit(["answers.jsonl"], ["--group", scratch.topic])
    #expect(exact.exit == 0 && exact.totals["answered"] == 125 && exact.runs.count == 3, "\(exact)")

    let rows = try String(contentsOfFile: scratch.file("answers.jsonl"), encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
    try (rows[..<30] + rows[31...]).joined(separator: "\n").write(
      toFile: scratch.file("fewer.jsonl"), atomically: true, encoding: .utf8)
    let fewer = try scratch.audit(["fewer.jsonl"], ["--group", scratch.topic])
    #expect(fewer.exit == 2 && fewer.totals["passed"] == 1, "\(fewer)")
  }
}
