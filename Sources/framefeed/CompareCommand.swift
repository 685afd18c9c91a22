import ArgumentParser

/// `framefeed compare`: what each choice costs, measured side by side.
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Measure what each encoding, transport and setting costs.",
    subcommands: [
      CompareEncodingsCommand.self, CompareTensorsCommand.self, CompareTransportsCommand.self,
      CompareSettingsCommand.self,
    ])
}
