import CommandArguments

/// `framefeed compare`: measures the cost of each choice, side by side.
enum CompareCommand {
  static let node = CommandNode(
    CommandText("compare", "Measure what each encoding, transport and setting costs."),
    [
      CommandNode(CompareEncodingsCommand.self), CommandNode(CompareTensorsCommand.self),
      CommandNode(CompareTransportsCommand.self), CommandNode(CompareSettingsCommand.self),
    ])
}
