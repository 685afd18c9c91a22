import CommandArguments
import Foundation
import Testing

@testable import FrameBenchCommand

/// `README.md` and `docs/`: what they say of commands is what the program takes. See `scripts/check-docs.sh`.
@Suite struct DocsTests {
  /// A command line of a page, without the program's own name.
  private struct Shown: Decodable {
    /// `FILE:LINE`.
    let place: String
    let words: [String]
  }

  @Test func everyCommandIsReadByTheProgram() throws {
    let listed = try RunningCommand(
      "python3", ["scripts/check_docs.py", "--commands"], environment: ["FRAMEFEED": framefeed]
    ).wait()
    try #require(listed.code == 0, "\(listed.errors)")
    let commands = try JSONDecoder().decode([Shown].self, from: Data(listed.output))
    #expect(commands.count > 50)
    for command in commands {
      #expect(throws: Never.self, "\(command.place): \(command.words)") {
        try FrameBenchProgram.commandLine.read(command.words)
      }
    }
  }

  /// Links, anchors, make targets, paths and options; and the commands and the Python that can run beside a broker.
  @Test(
    .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"),
    .enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with confluent-kafka"))
  func whatTheySayHoldsAndRuns() throws {
    let checked = try RunningCommand(
      "scripts/check-docs.sh", [], environment: ["FRAMEFEED": framefeed]
    ).wait()
    #expect(checked.code == 0, "\(checked.text)\(checked.errors)")
    // Something was run, and nothing was left out for want of a broker.
    #expect(checked.text.contains("run: README.md: "), "\(checked.text)")
  }

  /// What is wrong with a page is found: the checks themselves.
  @Test func whatIsWrongIsFound() throws {
    let ended = try RunningCommand(
      "python3", ["scripts/check_docs_test.py"], environment: ["FRAMEFEED": framefeed]
    ).wait()
    #expect(ended.code == 0, "\(ended.errors)")
  }
}
