/// A program's command line: its commands, and what its words ask for.
public struct CommandLineTree: Sendable {
  /// What a command line asks for.
  public enum Request: Sendable {
    /// The path holds the names that lead to the command, and it.
    case run(any Command, path: [CommandNode])
    case help(path: [CommandNode])
    case version
    case completions(Shell)
    case manual
  }

  /// A command line that cannot be read, and the command it was for.
  public struct UsageError: Error {
    public let error: ArgumentError
    /// The names that lead to the command, and it.
    public let path: [CommandNode]
  }

  public let root: CommandNode

  public init(_ root: CommandNode) { self.root = root }

  static let commonOptions = ["--help", "--version"]

  /// The command that words are for: the names that lead to it, and it.
  public func path(_ words: [String]) -> [CommandNode] {
    var path = [root]
    for word in (words.first == "help" ? words.dropFirst() : words[...]) {
      guard let next = path.last?.subcommands.first(where: { $0.name == word }) else { break }
      path.append(next)
    }
    return path
  }

  /// - Parameter words: without the program's own name.
  public func read(_ words: [String]) throws(UsageError) -> Request {
    let isHelp = words.first == "help"
    let path = path(words)
    let rest = words.dropFirst(path.count - 1 + (isHelp ? 1 : 0))
    // What is asked about the program itself is answered whatever else is wrong.
    let options = rest.prefix { $0 != "--" }
    if options.contains(where: { $0 == "--help" || $0 == "-h" }) { return .help(path: path) }
    if options.contains("--version") { return .version }
    let command = path[path.count - 1]
    do throws(ArgumentError) {
      if isHelp {
        guard let word = rest.first else { return .help(path: path) }
        throw unknown(word, of: command)
      }
      if path.count == 1, let request = try aboutItself(Array(rest)) { return request }
      guard let read = command.read else {
        guard let word = rest.first else { return .help(path: path) }
        throw unknown(word, of: command)
      }
      return .run(try read(Array(rest)), path: path)
    } catch {
      throw UsageError(error: error, path: path)
    }
  }

  /// `--completions SHELL` and `--manual`, which only the program itself takes.
  private func aboutItself(_ words: [String]) throws(ArgumentError) -> Request? {
    guard let word = words.first else { return nil }
    if word == "--manual" { return .manual }
    let pieces = word.split(separator: "=", maxSplits: 1).map(String.init)
    guard pieces.first == "--completions" else { return nil }
    let name = pieces.count > 1 ? pieces[1] : words.count > 1 ? words[1] : ""
    guard let shell = Shell(rawValue: name) else {
      throw ArgumentError(
        "--completions\(name.isEmpty ? "" : " \(name)"): expected \(Shell.choices.alternatives)")
    }
    return .completions(shell)
  }

  private func unknown(_ word: String, of command: CommandNode) -> ArgumentError {
    let kind = word.isOption ? "option" : "command"
    let names = word.isOption ? Self.commonOptions : command.shownSubcommands.map(\.name) + ["help"]
    let known = command.shownSubcommands.map(\.name)
    let nearest = names.nearest(to: word)
    let all = nearest == nil && !word.isOption && !known.isEmpty ? "; there are \(known.alternatives)" : ""
    return ArgumentError("\(word): no such \(kind)\(all)", suggestion: nearest)
  }
}

/// A shell that completions can be made for.
public enum Shell: String, CaseIterable, ArgumentValue {
  case bash, zsh, fish
}
