/// A script with which a shell completes a program's commands, options and values.
public struct CompletionScript {
  let root: CommandNode

  public init(_ tree: CommandLineTree) { root = tree.root }

  public func text(for shell: Shell) -> String {
    switch shell {
    case .bash: bash()
    case .zsh: zsh()
    case .fish: fish()
    }
  }

  /// All shown commands, with the names that lead to them: `[framefeed, topic, create]`.
  var commands: [[CommandNode]] { Self.commands(below: [root]) }

  private static func commands(below path: [CommandNode]) -> [[CommandNode]] {
    [path] + (path.last?.shownSubcommands ?? []).flatMap { commands(below: path + [$0]) }
  }

  /// Returns text in single quotes, for sh, bash and zsh.
  static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}

extension [CommandNode] {
  /// The names after the program's own: `topic create`.
  var names: String { dropFirst().map(\.name).joined(separator: " ") }
}
