/// A command whose arguments are its properties.
///
/// ```swift
/// struct Resize: Command {
///   static let about = CommandText("resize", "Make pictures smaller.")
///   static let arguments: [Argument<Resize>] = [
///     .operands(\.files, "file", "Pictures to read."),
///     .option(\.width, "width", value: "px", allowed: .atLeast(1), "Width of the result."),
///     .flag(\.quiet, "quiet", "No progress."),
///   ]
///   var files: [String] = []
///   var width = 640
///   var quiet = false
///   func run() async throws { ... }
/// }
/// ```
///
/// Parsing, `--help`, completions and the manual all read `arguments`; defaults are the properties' initial values.
public protocol Command: ArgumentSet {
  static var about: CommandText { get }
  func run() async throws
}

/// Arguments that several commands share, as a property of each: see ``Argument/group(_:)``.
public protocol ArgumentGroup: ArgumentSet {
  /// The heading in help: `Broker`.
  static var heading: String { get }
}

/// A command's name and help text.
public struct CommandText: Sendable {
  public let name: String
  /// One sentence.
  public let summary: String
  /// Paragraphs, separated by empty lines, to be wrapped for display. Lines that begin with a space are not wrapped.
  public let discussion: String
  /// Command lines as they are typed.
  public let examples: [String]
  /// Whether the command is left out of all help.
  public let isHidden: Bool

  public init(
    _ name: String, _ summary: String, discussion: String = "", examples: [String] = [],
    isHidden: Bool = false
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.examples = examples
    self.isHidden = isHidden
  }
}

/// A command, or a name for several commands, with its type erased.
public struct CommandNode: Sendable {
  public let about: CommandText
  public let arguments: [ArgumentDescription]
  public let subcommands: [CommandNode]
  /// Parses the arguments after the command's name; `nil` where a subcommand is required.
  let read: (@Sendable ([String]) throws(ArgumentError) -> any Command)?

  /// Wraps a command that runs.
  public init<C: Command>(_ type: C.Type) {
    about = C.about
    arguments = C.arguments.flatMap(\.parts).map(\.description)
    let spellings = arguments.flatMap(\.allSpellings)
    precondition(Set(spellings).count == spellings.count, "\(C.self): two options of one name")
    let operands = arguments.filter { $0.kind == .operand }
    precondition(
      operands.dropLast().allSatisfy { $0.isRequired && !$0.isRepeatable },
      "\(C.self): only the last operand may be left out or repeated")
    subcommands = []
    read = { arguments throws(ArgumentError) in try ArgumentReader<C>().read(arguments) }
  }

  /// Groups several commands under a name.
  public init(_ about: CommandText, _ subcommands: [CommandNode]) {
    self.about = about
    arguments = []
    self.subcommands = subcommands
    read = nil
  }

  public var name: String { about.name }
  public var options: [ArgumentDescription] { arguments.filter { $0.kind != .operand } }
  public var operands: [ArgumentDescription] { arguments.filter { $0.kind == .operand } }
  /// The subcommands in help and completions.
  public var shownSubcommands: [CommandNode] { subcommands.filter { !$0.about.isHidden } }
}
