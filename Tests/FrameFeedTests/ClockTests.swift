import Foundation
import Testing

/// A source whose clock is another than the sink's: said, and with --sync corrected.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct ClockTests {
  /// What makes a program take this host for another, with a clock of its own.
  private func environment(_ scratch: Scratch, shiftMilliseconds: Int64) throws -> [String: String] {
    guard shiftMilliseconds != 0 else { return [:] }
    let library = scratch.file("other-clock.so")
    let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "other_clock.c").path
    let compiled = try FrameFeedTests.run("clang", "-shared", "-fPIC", "-o", library, source, "-ldl")
    try #require(compiled.code == 0, "\(compiled.errors)")
    return ["LD_PRELOAD": library, "OTHER_CLOCK_NS": "\(shiftMilliseconds * 1_000_000)"]
  }

  /// Source and sink side by side; the source's clock is shifted.
  private func run(
    _ scratch: Scratch, shiftMilliseconds: Int64, sourceSync: Bool, sinkSync: Bool, frames: Int = 60
  ) throws -> (report: Report, errors: String) {
    // A small model and a slow feed: the sink keeps up, and what is measured is not a queue.
    let model = scratch.file("small.json")
    try Data(
      #"{"name":"small","runtime":{"kind":"builtin","model":"null"},"input":{"width":32,"height":32}}"#.utf8
    ).write(to: URL(filePath: model))
    let source = try RunningCommand(
      framefeed,
      [
        "stream", "synthetic:160x120", "--topic", scratch.topic, "--fps", "15", "--frames", "\(frames)",
        "--quiet",
      ] + (sourceSync ? ["--sync"] : []),
      environment: try environment(scratch, shiftMilliseconds: shiftMilliseconds))
    try scratch.awaitFrame()
    let sinking = try RunningCommand(
      framefeed,
      [
        "sink", "--topic", scratch.topic, "--group", scratch.topic, "--until-end", "--idle-timeout", "40",
        "--report", scratch.file("sink.json"), "--results", scratch.file("answers.jsonl"), "--quiet",
        "--model", model,
      ] + (sinkSync ? ["--sync"] : []))
    let sent = try source.wait()
    let received = try sinking.wait()
    _ = try? FrameFeedTests.run(framefeed, "topic", "delete", scratch.topic + ".sync")
    #expect(sent.code == 0 && received.code == 0, "\(sent.errors) \(received.errors)")
    let report = try scratch.report("sink.json")
    #expect(report.frames["inferred"] == frames && report.frames["missing"] == 0)
    try scratch.expectReadToEnd()
    return (report, received.errors)
  }

  @Test(arguments: [5000, -3000] as [Int64])
  func withoutSyncFramesOfAnotherClockAreUncorrectedAndSaySo(shift: Int64) throws {
    let scratch = try Scratch()
    let report = try run(
      scratch, shiftMilliseconds: shift, sourceSync: false, sinkSync: false, frames: 30
    ).report
    let clock = try #require(report.clocks?.first)
    #expect(report.clocks?.count == 1 && clock.frames == 30 && clock.corrected == 0)
    #expect(clock.offsetMs == nil && clock.errorMs == nil && clock.domain.hasSuffix("+\(shift)000000"))
    let notes = try #require(report.notes)
    #expect(notes.contains { $0.contains("30 frames") && $0.contains("uncorrected") }, "\(notes)")
    // What it is corrected from: ahead, every time is negative and counts as 0; behind, it is 3 s too long.
    let p50 = try #require(report.stages["endToEnd"]?["p50"])
    #expect(shift > 0 ? p50 == 0 : p50 >= 3000, "\(p50)")
  }

  @Test(arguments: [5000, -3000] as [Int64])
  func withSyncTimesAreCorrected(shift: Int64) throws {
    let scratch = try Scratch()
    let report = try run(scratch, shiftMilliseconds: shift, sourceSync: true, sinkSync: true).report
    let clock = try #require(report.clocks?.first)
    let offset = try #require(clock.offsetMs)
    let error = try #require(clock.errorMs)
    print(
      "shift \(shift) ms: estimated \(offset) ms within \(error) ms, \(clock.corrected) of \(clock.frames)")
    #expect(report.clocks?.count == 1 && clock.frames == 60 && clock.corrected > 0)
    #expect(abs(offset - Double(shift)) <= error, "\(offset) within \(error)")
    #expect(error < 100)
    for stage in ["transport", "endToEnd"] {
      let summary = try #require(report.stages[stage])
      // Only what was corrected is in the figures.
      #expect(summary["count"] == Double(clock.corrected))
      #expect(try #require(summary["p50"]) > 0 && summary["p50"]! < 1500, "\(stage): \(summary)")
    }
    let note = try #require(report.notes?.first { $0.contains(clock.domain) })
    #expect(note.contains("ms from ours, within") && note.contains("corrected"), "\(note)")
  }

  /// A source that answers nothing holds nobody up.
  @Test func aSourceWithoutSyncIsUncorrected() throws {
    let scratch = try Scratch()
    let report = try run(
      scratch, shiftMilliseconds: 5000, sourceSync: false, sinkSync: true, frames: 45
    ).report
    let clock = try #require(report.clocks?.first)
    #expect(clock.frames == 45 && clock.corrected == 0 && clock.offsetMs == nil)
    #expect(report.stages["endToEnd"] == nil && report.stages["transport"] == nil)
    #expect(try #require(report.notes).contains { $0.contains("answered no --sync request") })
    let rows = try String(contentsOfFile: scratch.file("answers.jsonl"), encoding: .utf8)
    #expect(rows.split(separator: "\n").count == 45 && !rows.contains("latencyMs"))
  }

  /// Frames of the sink's own clock need no correction and get none.
  @Test func ourOwnClockIsLeftAlone() throws {
    let scratch = try Scratch()
    let report = try run(scratch, shiftMilliseconds: 0, sourceSync: true, sinkSync: true, frames: 30).report
    #expect(report.clocks == nil && report.stages["endToEnd"]?["count"] == 30)
    #expect(report.notes?.filter { !$0.contains("null value") } == [], "\(report.notes ?? [])")
  }

  /// Junk on the sync topic is counted, and the offset is found all the same.
  @Test func junkOnTheSyncTopicIsIgnored() throws {
    let scratch = try Scratch()
    let topic = scratch.topic + ".sync"
    let junk = scratch.file("junk")
    let lines = ["hello", "framefeed-sync/1 answer x", "framefeed-sync/1 ask s 1e9", "\u{1b}[2J"]
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: junk))
    #expect(try FrameFeedTests.run(framefeed, "topic", "create", topic).code == 0)
    // Again and again while source and sink run, as they read from when they join.
    let poisoning = try RunningCommand(
      "sh", ["-c", "while :; do kcat -P -b \(broker!) -t \(topic) -l \(junk); sleep 0.5; done"])
    defer {
      poisoning.kill()
      _ = try? poisoning.wait()
    }
    let report = try run(scratch, shiftMilliseconds: 5000, sourceSync: true, sinkSync: true).report
    let clock = try #require(report.clocks?.first)
    #expect(abs(try #require(clock.offsetMs) - 5000) <= clock.errorMs!)
    #expect(try #require(report.notes).contains { $0.contains("malformed") }, "\(report.notes ?? [])")
  }
}
