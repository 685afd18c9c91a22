import ArgumentParser

/// `framefeed compare`: what each choice costs, measured side by side.
struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Measure what each encoding and each transport costs.",
    subcommands: [CompareEncodingsCommand.self, CompareTransportsCommand.self])
}
