import CommandArguments
import FrameFeedCommand

/// `framefeed compare`: what each choice costs, measured side by side.
enum CompareCommand {
  static let node = CommandNode(
    BenchmarkProgram.compare,
    [
      CommandNode(CompareEncodingsCommand.self), CommandNode(CompareTensorsCommand.self),
      CommandNode(CompareTransportsCommand.self), CommandNode(CompareSettingsCommand.self),
    ])
}
