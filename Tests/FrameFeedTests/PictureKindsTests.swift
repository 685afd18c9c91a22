import Foundation
import Testing

/// Every kind of file that cameras and programs write, through the built program, with OpenCV and Pillow as referees.
///
/// `kinds/generate.py` writes the files and the pixels that both referees read from them, `kinds/send.py` sends them,
/// and `kinds/check.py` reads the topic without FrameFeed and names each file that came out as anything else. The
/// tolerances and their reasons are in `kinds/catalogue.py`.
@Suite(
  .serialized,
  .enabled(
    if: broker != nil && python != nil,
    "FRAMEFEED_BROKER names a broker, FRAMEFEED_PYTHON the test tools' Python"))
struct PictureKindsTests {
  private func tool(_ name: String, _ arguments: String...) throws -> Finished {
    try RunningCommand(
      try #require(python), ["Tests/FrameFeedTests/kinds/\(name).py"] + arguments,
      environment: ["PYTHONDONTWRITEBYTECODE": "1"]
    ).wait()
  }

  /// Each line that a tool prints is a file that is wrong.
  private func expectNothing(_ finished: Finished, sourceLocation: SourceLocation = #_sourceLocation) {
    for line in finished.text.split(separator: "\n") {
      Issue.record("\(line)", sourceLocation: sourceLocation)
    }
    #expect(finished.code == 0, "\(finished.errors.suffix(1000))", sourceLocation: sourceLocation)
  }

  private func generate(_ what: String, _ scratch: Scratch, _ further: String...) throws {
    let finished = try RunningCommand(
      try #require(python),
      ["Tests/FrameFeedTests/kinds/generate.py", scratch.file("kinds"), what] + further,
      environment: ["PYTHONDONTWRITEBYTECODE": "1"]
    ).wait()
    expectNothing(finished)
    try #require(finished.code == 0)
  }

  /// A model that answers with mean and deviation of each channel in levels of 0 to 255.
  private func model(_ width: Int, _ height: Int, _ scratch: Scratch) throws -> String {
    let path = scratch.file("levels-\(width).json")
    let manifest = """
      {"name": "channel-statistics", "runtime": {"kind": "builtin", "model": "channel-statistics"}, "input": {
       "width": \(width), "height": \(height), "layout": "NCHW", "type": "float32", "color": "rgb", "fit": "stretch",
       "scale": 1, "mean": [0, 0, 0], "std": [1, 1, 1], "batch": 1}}
      """
    try Data(manifest.utf8).write(to: URL(filePath: path))
    return path
  }

  /// JPEG, PNG, BMP, TIFF, WebP and PNM: streamed raw and as JPEG, and the first two from kcat, without headers.
  @Test func picturesAreReadAsOpenCVAndPillowReadThem() throws {
    let scratch = try Scratch()
    let shared = "\(repository)/../shared/cases"
    if FileManager.default.fileExists(atPath: shared) {
      try generate("pictures", scratch, shared)
    } else {
      try generate("pictures", scratch)
    }
    let (kinds, runs) = (scratch.file("kinds"), scratch.file("runs"))
    #expect(try tool("send", framefeed, broker!, scratch.topic, kinds, runs, "pictures").code == 0)
    // One at the pictures' size; one at a quarter of it, which decodes JPEG files at a smaller scale.
    let sinks = [
      ("sink", try sink(scratch, "sink", model: try model(221, 149, scratch))),
      (
        "keep",
        try sink(
          scratch, "keep", model: try model(56, 38, scratch), "--damaged", "keep", "--decode", "fast")
      ),
    ]
    for (group, sink) in sinks {
      let sunk = try sink.wait()
      // Complete, and some were rejected.
      #expect(sunk.code == 2, "\(group): \(sunk.errors.suffix(1000))")
      try scratch.expectReadToEnd(group: scratch.topic + group)
    }
    expectNothing(try tool("check", broker!, scratch.topic, kinds, runs, "pictures"))

    let kept = try Scratch(partitions: nil)
    #expect(try tool("send", framefeed, broker!, kept.topic, kinds, runs, "damaged").code == 0)
    expectNothing(try tool("check", broker!, kept.topic, kinds, runs, "damaged"))
  }

  /// Reads the topic to its end and leaves answers, dead letters and report in `runs`.
  private func sink(
    _ scratch: Scratch, _ name: String, model: String, _ further: String...
  ) throws -> RunningCommand {
    try RunningCommand(
      framefeed,
      [
        "sink", "--topic", scratch.topic, "--group", scratch.topic + name, "--until-end", "--idle-timeout",
        "40",
        "--quiet", "--model", model, "--results", scratch.file("runs/\(name).jsonl"), "--dead-letter",
        scratch.file("runs/\(name)-letters"), "--report", scratch.file("runs/\(name).json"),
      ] + further)
  }

  /// Arrays, y4m, MJPEG back to back and in parts, and recorded times: files and pipes, each a feed of its own.
  @Test func sequencesAreReadWholeAndInOrder() throws {
    let scratch = try Scratch()
    try generate("sequences", scratch)
    let (kinds, runs) = (scratch.file("kinds"), scratch.file("runs"))
    #expect(try tool("send", framefeed, broker!, scratch.topic, kinds, runs, "sequences").code == 0)
    expectNothing(try tool("check", broker!, scratch.topic, kinds, runs, "sequences"))
  }
}
