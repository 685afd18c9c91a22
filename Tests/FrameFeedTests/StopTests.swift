import Foundation
import Testing

/// Ends that a user asks for: a reader that goes away, and a second Ctrl-C.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct StopTests {
  /// `framefeed sink --results - | head -n 1`: what was not read is read again by the next sink.
  @Test func aReaderThatIsGoneEndsASinkInOrder() throws {
    let scratch = try Scratch()
    let sent = try run(
      framefeed, "stream", "synthetic:160x90", "--codec", "raw", "--topic", scratch.topic, "--fps", "max",
      "--frames", "300", "--quiet")
    #expect(sent.code == 0)
    let sink = "'\(framefeed)' sink --topic \(scratch.topic) --group \(scratch.topic) --quiet --until-end"
    let first = try run(
      "bash", "-c",
      "\(sink) --results - --report '\(scratch.file("1.json"))' | head -n 1; exit ${PIPESTATUS[0]}")
    #expect(first.code == 130, "\(first.errors)")
    #expect(
      first.errors.contains("standard output is no longer read") && first.text.contains("\"sequence\":0"))
    // The report goes where it can be seen, and to its file.
    #expect(first.errors.contains("endToEnd"))
    #expect(try scratch.report("1.json").schema == "framefeed.run/1")
    let second = try run(
      "bash", "-c", "\(sink) --idle-timeout 40 --results '\(scratch.file("2.jsonl"))'")
    #expect(second.code == 0, "\(second.errors)")
    let rest = Set(scratch.answered("2.jsonl").map(\.sequence))
    // Lines that were in the pipe when its reader went are answered.
    let least = try #require(rest.min())
    #expect(least > 0 && rest == Set(least..<300))
    try scratch.expectReadToEnd()
  }

  /// With `--results -` standard output is lines of JSON to the last: the report goes beside it.
  @Test(arguments: [[], ["--json"]]) func answersOnStandardOutputStandAlone(_ options: [String]) throws {
    let scratch = try Scratch()
    let sent = try run(
      framefeed, "stream", "synthetic:160x90", "--codec", "raw", "--topic", scratch.topic, "--fps", "max",
      "--frames", "7", "--quiet")
    #expect(sent.code == 0)
    let sink = try RunningCommand(
      framefeed,
      [
        "sink", "--topic", scratch.topic, "--group", scratch.topic, "--quiet", "--until-end",
        "--idle-timeout",
        "40", "--results", "-",
      ] + options
    ).wait()
    #expect(sink.code == 0, "\(sink.errors)")
    let lines = sink.text.split(separator: "\n")
    let answers = try lines.map { try JSONDecoder().decode(Answer.self, from: Data($0.utf8)) }
    #expect(answers.map(\.sequence) == Array(0..<7))
    #expect(sink.errors.contains(options.isEmpty ? "frames  received 7" : "\"schema\" : \"framefeed.run/1\""))
  }

  @Test func aSecondSignalStopsAtOnce() throws {
    let scratch = try Scratch()
    let manifest = scratch.file("slow.json")
    try Data(
      #"{"name":"slow","runtime":{"kind":"builtin","model":"null","delayMs":60000},"input":{"width":4,"height":4}}"#
        .utf8
    ).write(to: URL(filePath: manifest))
    let sent = try run(
      framefeed, "stream", "synthetic:160x90", "--codec", "raw", "--topic", scratch.topic, "--fps", "max",
      "--frames", "3", "--quiet")
    #expect(sent.code == 0)
    let sink = try RunningCommand(
      framefeed,
      [
        "sink", "--topic", scratch.topic, "--group", scratch.topic, "--model", manifest, "--log-level",
        "info",
      ])
    #expect(eventually { sink.errorsSoFar.contains("reading partitions") })
    sink.interrupt()
    #expect(eventually { sink.errorsSoFar.contains("stopping: draining") })
    sink.terminate()
    let finished = try sink.wait()
    #expect(finished.code == 130 && finished.text.isEmpty)
  }
}
