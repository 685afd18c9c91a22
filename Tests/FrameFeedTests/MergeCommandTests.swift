import Foundation
import Testing

/// `framefeed report merge` on the reports of real runs.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct MergeCommandTests {
  @Test func reportsOfTwoSourcesMakeOne() throws {
    let scratch = try Scratch(partitions: nil)
    for (name, frames) in [("a", 20), ("b", 33)] {
      let sent = try run(
        framefeed, "stream", "synthetic:160x90", "--codec", "raw", "--topic", scratch.topic, "--feed", name,
        "--fps", "max", "--frames", "\(frames)", "--quiet", "--report", scratch.file("\(name).json"))
      #expect(sent.code == 0, "\(sent.errors)")
    }
    let files = [scratch.file("a.json"), scratch.file("b.json")]
    let merged = try RunningCommand(
      framefeed, ["report", "merge"] + files + ["--report", scratch.file("all.json")]
    ).wait()
    #expect(merged.code == 0, "\(merged.errors)")
    #expect(merged.text.contains("sent 53  acknowledged 53"), "\(merged.text)")
    let (all, a, b) = (
      try scratch.report("all.json"), try scratch.report("a.json"), try scratch.report("b.json")
    )
    #expect(all.frames["sent"] == 53)
    for (stage, figures) in all.stages {
      let parts = [a, b].compactMap { $0.stages[stage] }
      #expect(figures["count"] == parts.reduce(0) { $0 + ($1["count"] ?? 0) }, "\(stage)")
      #expect(figures["max"] == parts.compactMap { $0["max"] }.max(), "\(stage)")
      #expect(figures["min"] == parts.compactMap { $0["min"] }.min(), "\(stage)")
    }
    // Two or more.
    #expect(try run(framefeed, "report", "merge", scratch.file("all.json"), "--json").code == 64)
  }

  @Test func whatCannotBeMergedIsNamed() throws {
    let scratch = try Scratch(partitions: nil)
    let file = scratch.file("x.json")
    try Data("{}".utf8).write(to: URL(filePath: file))
    let refused = try run(framefeed, "report", "merge", file, "/nowhere.json")
    #expect(refused.code == 1 && refused.errors.contains("x.json"), "\(refused.errors)")
    #expect(refused.errors.split(separator: "\n").count == 1)
  }
}
