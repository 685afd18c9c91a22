import Foundation
import Testing

/// Whoever reads what is printed may read it slowly, or not at all.
@Suite struct UnreadOutputTests {
  /// A pipe as a command's standard error, in a shell that keeps its reading end.
  private func shell(_ script: String) throws -> Finished {
    try RunningCommand("bash", ["-c", script], environment: ["FF": framefeed]).wait()
  }

  /// The log callback of librdkafka waited for the reader, and with it the threads that answer brokers.
  @Test func aFeedGoesOnWhereNobodyReadsItsMessages() throws {
    let scratch = try Scratch(partitions: nil)
    let report = scratch.file("demo.json")
    // Some megabytes of messages; a pipe holds 64 KiB.
    let done = try shell(
      """
      mkfifo '\(scratch.path)/errors'; exec 3<>'\(scratch.path)/errors'
      timeout -k 2 60 "$FF" demo --embedded synthetic:64x48 --frames 60 --fps 60 -X debug=all --log-level debug \
        --report '\(report)' 2>&3 >/dev/null
      """)
    #expect(done.code == 0)
    let frames = try scratch.report("demo.json").frames
    #expect(frames["acknowledged"] == 60 && frames["inferred"] == 60, "\(frames)")
  }

  /// And all of it is there where somebody does.
  @Test func whatIsReadIsWhole() throws {
    let scratch = try Scratch(partitions: nil)
    let done = try shell(
      """
      timeout -k 2 60 "$FF" demo --embedded synthetic:64x48 --frames 60 --fps 60 -X debug=all --log-level debug \
        2>&1 >/dev/null | tail -c 100000000 >'\(scratch.path)/errors'
      """)
    #expect(done.code == 0)
    let text = try String(contentsOfFile: scratch.file("errors"), encoding: .utf8)
    #expect(!text.contains("dropped, as standard error was not read") && text.hasSuffix("\n"))
    let lines = text.split(separator: "\n")
    #expect(lines.count > 1000)
    // Of the last moment too.
    #expect(
      lines.suffix(400).contains { $0.contains("erminat") || $0.contains("estroy") }, "\(lines.suffix(3))")
  }

  @Test(arguments: [["--json"], []]) func aFullDiskIsAFailure(_ options: [String]) throws {
    let done = try shell(
      "timeout -k 2 60 \"$FF\" demo --embedded synthetic:64x48 --frames 10 --quiet \(options.joined()) >/dev/full"
    )
    #expect(done.code == 1)
    #expect(
      done.errors.contains("standard output cannot be written: No space left on device"), "\(done.errors)")
  }
}
