/// What people read about an argument: help, completions, the manual and messages are made of it.
public struct ArgumentDescription: Sendable {
  public enum Kind: Sendable {
    /// A word without a name: `SOURCE`.
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
  /// What help calls the value.
  public let valueName: String
  public let completion: ValueCompletion
  /// The value when it is left out, as one would type it.
  public internal(set) var defaultText: String?
  /// Every value that may be typed, where there are few; else empty.
  public internal(set) var choices: [String] = []
  /// What may be typed, where that is narrower than the type: `1...64`.
  public internal(set) var limits: String?
  public internal(set) var isRequired = false
  public internal(set) var isRepeatable = false
  /// Further names, as other programs call it: `--bootstrap-server`. They are read, and said in help; completions
  /// offer the first name only.
  public internal(set) var aliases: [String] = []
  /// Switches that stand for the option with a value: `--from-beginning` for `--from beginning`.
  public internal(set) var shorthands: [Shorthand] = []

  public struct Shorthand: Sendable {
    /// As it is typed.
    public let shown: String
    public let value: String
  }
  /// The group it came with.
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

  /// As it is typed: `--fps`, `-X`, `<source>`.
  public var shown: String {
    kind == .operand ? "<\(name)>" : name.count == 1 ? "-\(name)" : "--\(name)"
  }

  /// Every form of its name: `-o`, `--output`.
  public var spellings: [String] {
    guard kind != .operand else { return [] }
    return (short.map { ["-\($0)"] } ?? []) + [shown]
  }

  /// What stands for the option and a value behind it.
  var valueSpellings: [String] { spellings + aliases }

  /// All that may be typed.
  var allSpellings: [String] { valueSpellings + shorthands.map(\.shown) }
}

/// What a shell offers for a value.
public enum ValueCompletion: Sendable {
  /// Nothing but the argument's own choices.
  case none
  case files
  case directories
}
