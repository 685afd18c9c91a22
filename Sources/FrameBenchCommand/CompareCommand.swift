import CommandArguments
import FrameFeedCommand

/// `framefeed compare`: measures the cost of each choice, side by side.
enum CompareCommand {
  static let node = CommandNode(
    BenchmarkProgram.compare,
    [
      CommandNode(CompareEncodingsCommand.self), CommandNode(CompareTensorsCommand.self),
      CommandNode(CompareTransportsCommand.self), CommandNode(CompareSettingsCommand.self),
      CommandNode(CompareThroughputCommand.self),
      CommandNode(CompareLoadCommand.self),
    ])
}
