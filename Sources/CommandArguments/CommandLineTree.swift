/// A program's command line: its commands, and the parsing of its arguments.
public struct CommandLineTree: Sendable {
  /// The request of a command line.
  public enum Request: Sendable {
    /// The path holds the names that lead to the command, and the command itself.
    case run(any Command, path: [CommandNode])
    case help(path: [CommandNode])
    case version
    case completions(Shell)
    case manual
  }

  /// A command line that cannot be parsed, and the command it was for.
  public struct UsageError: Error {
    public let error: ArgumentError
    /// The names that lead to the command, and the command itself.
    public let path: [CommandNode]
  }

  public let root: CommandNode

  public init(_ root: CommandNode) { self.root = root }

  /// The summary of `help COMMAND`, which is not a command of its own.
  static let helpSummary = "Show the help of a command."

  /// Returns the command that arguments name: the names that lead to it, and the command itself.
  public func path(_ arguments: [String]) -> [CommandNode] {
    var path = [root]
    for argument in (arguments.first == "help" ? arguments.dropFirst() : arguments[...]) {
      guard let next = path.last?.subcommands.first(where: { $0.name == argument }) else { break }
      path.append(next)
    }
    return path
  }

  /// - Parameter arguments: the arguments, without the program's own name.
  public func read(_ arguments: [String]) throws(UsageError) -> Request {
    let isHelp = arguments.first == "help"
    let path = path(arguments)
    let rest = arguments.dropFirst(path.count - 1 + (isHelp ? 1 : 0))
    // Requests for help or the version are answered despite other errors.
    let options = rest.prefix { $0 != "--" }
    if options.contains(where: { $0 == "--help" || $0 == "-h" }) { return .help(path: path) }
    if options.contains("--version") { return .version }
    let command = path[path.count - 1]
    do throws(ArgumentError) {
      if isHelp {
        guard let argument = rest.first else { return .help(path: path) }
        throw unknown(argument, of: command)
      }
      if path.count == 1, rest.first?.isOption == true { return try aboutItself(Array(rest)) }
      guard let read = command.read else {
        guard let argument = rest.first else { return .help(path: path) }
        throw unknown(argument, of: command)
      }
      return .run(try read(Array(rest)), path: path)
    } catch {
      throw UsageError(error: error, path: path)
    }
  }

  /// Parses the options of the program itself.
  private func aboutItself(_ arguments: [String]) throws(ArgumentError) -> Request {
    let options = try ArgumentReader<ProgramOptions>().read(arguments)
    if let shell = options.completions { return .completions(shell) }
    return options.manual ? .manual : .help(path: [root])
  }

  private func unknown(_ argument: String, of command: CommandNode) -> ArgumentError {
    if argument.isOption { return .noOption(argument, among: ArgumentReader<CommonOptions>.names) }
    let known = command.shownSubcommands.map(\.name)
    let nearest = (known + (command.name == root.name ? ["help"] : [])).nearest(to: argument)
    let all = nearest == nil && !known.isEmpty ? "; expected \(known.alternatives("or"))" : ""
    return ArgumentError("\(argument.shown): no such command\(all)", suggestion: nearest)
  }
}

extension [CommandNode] {
  /// All options of the command at the end of a path: its own, and those of the program, or of every command.
  var allOptions: [ArgumentDescription] { (last?.options ?? []) + optionsOfProgram }

  /// The ones among them that the command does not declare.
  var optionsOfProgram: [ArgumentDescription] {
    let program = count == 1 ? ProgramOptions.arguments.flatMap(\.parts) : []
    return program.map(\.description) + CommonOptions.arguments.flatMap(\.parts).map(\.description)
  }
}

/// Options that every command accepts. Evaluated before anything else is parsed.
struct CommonOptions: ArgumentSet {
  static let arguments: [Argument<CommonOptions>] = [
    .flag(\.version, "version", "Show the version."), .flag(\.help, "help", short: "h", "Show help."),
  ]
  var version = false
  var help = false
}

/// Options of the program itself, without a command.
struct ProgramOptions: ArgumentSet {
  static let arguments: [Argument<ProgramOptions>] = [
    .option(\.completions, "completions", value: "shell", "Print a completion script."),
    .flag(\.manual, "manual", "Print the manual page (mdoc)."),
  ]
  var completions: Shell?
  var manual = false
}

/// A shell that completions can be generated for.
public enum Shell: String, CaseIterable, ArgumentValue {
  case bash, zsh, fish
}
