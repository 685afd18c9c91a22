/// The description of an argument, from which help, completions, the manual and messages are built.
public struct ArgumentDescription: Sendable {
  public enum Kind: Sendable {
    /// An argument without a name: `SOURCE`.
    case operand
    /// `--name VALUE`.
    case option
    /// `--name`.
    case flag
  }

  public let kind: Kind
  public let name: String
  public let short: Character?
  public let help: String
  /// The name of the value in help.
  public let valueName: String
  public let completion: ValueCompletion
  /// The default value, in the form in which it is typed.
  public internal(set) var defaultText: String?
  /// All allowed values, where there are few; else empty.
  public internal(set) var choices: [String] = []
  /// The allowed values, where the type allows more: `1...64`.
  public internal(set) var limits: String?
  public internal(set) var isRequired = false
  public internal(set) var isRepeatable = false
  /// Further names, those of other programs: `--bootstrap-server`. They are accepted, and listed in help; completions
  /// offer only the first name.
  public internal(set) var aliases: [String] = []
  /// Switches that mean the option with a value: `--from-beginning` for `--from beginning`.
  public internal(set) var shorthands: [Shorthand] = []

  public struct Shorthand: Sendable {
    /// The switch as it is typed.
    public let shown: String
    public let value: String
  }
  /// The heading of the group that it belongs to.
  public internal(set) var heading: String?

  init(
    _ kind: Kind, _ name: String, _ help: String, short: Character? = nil, value: String? = nil,
    _ completion: ValueCompletion = .none
  ) {
    self.kind = kind
    self.name = name
    self.help = help
    self.short = short
    self.completion = completion
    valueName = value ?? name
  }

  /// The name as it is typed: `--fps`, `-X`, `<source>`.
  public var shown: String {
    kind == .operand ? "<\(name)>" : name.count == 1 ? "-\(name)" : "--\(name)"
  }

  /// Every form of its name: `-o`, `--output`.
  public var spellings: [String] {
    guard kind != .operand else { return [] }
    return (short.map { ["-\($0)"] } ?? []) + [shown]
  }

  /// All spellings that a value may follow.
  var valueSpellings: [String] { spellings + aliases }

  /// All accepted spellings.
  var allSpellings: [String] { valueSpellings + shorthands.map(\.shown) }
}

/// The completions that a shell offers for a value.
public enum ValueCompletion: Sendable {
  /// Only the argument's own choices.
  case none
  case files
  case directories
}
