/// The text of `--help`.
public struct HelpPage {
  /// Columns to wrap to.
  let width: Int
  /// Whether headings are bold and defaults dim.
  let isStyled: Bool

  /// The column at which descriptions start.
  private static let indent = 28

  /// - Parameters:
  ///   - width: columns of the terminal; between 60 and 100 are used.
  ///   - isStyled: whether to write the escape sequences of a terminal.
  public init(width: Int = 80, isStyled: Bool = false) {
    self.width = min(max(width, 60), 100)
    self.isStyled = isStyled
  }

  /// - Parameter path: the names that lead to a command, and the command itself.
  public func text(_ path: [CommandNode]) -> String {
    guard let command = path.last else { return "" }
    var parts = [Wrapping.wrap(command.about.summary, width: width).joined(separator: "\n")]
    parts.append("\(heading("Usage")) \(Self.usage(path))")
    if !command.about.discussion.isEmpty {
      parts.append(Wrapping.paragraphs(command.about.discussion, width: width).joined(separator: "\n"))
    }
    if !command.operands.isEmpty { parts.append(section("Arguments", command.operands.map(rows))) }
    if !command.shownSubcommands.isEmpty {
      parts.append(section("Commands", command.shownSubcommands.map { row($0.name, $0.about.summary) }))
    }
    let own = command.options.filter { $0.heading == nil }
    if !own.isEmpty { parts.append(section("Options", own.map(rows))) }
    for name in command.groups {
      parts.append(section(name, command.options.filter { $0.heading == name }.map(rows)))
    }
    let help = path.count == 1 ? [row("help <command>", CommandLineTree.helpSummary)] : []
    parts.append(section("Help", help + path.optionsOfProgram.map(rows)))
    if !command.about.examples.isEmpty {
      parts.append(section("Examples", command.about.examples.map { ["  " + $0] }))
    }
    return parts.joined(separator: "\n\n")
  }

  /// Returns `framefeed stream [options] <source> ...`
  public static func usage(_ path: [CommandNode]) -> String {
    var words = path.map(\.name)
    guard let command = path.last else { return "" }
    if !command.subcommands.isEmpty { words.append("<command>") }
    if !command.options.isEmpty { words.append("[options]") }
    for operand in command.operands {
      let name = operand.shown + (operand.isRepeatable ? " ..." : "")
      words.append(operand.isRequired ? name : "[\(name)]")
    }
    return words.joined(separator: " ")
  }

  private func section(_ title: String, _ rows: [[String]]) -> String {
    ([heading(title)] + rows.flatMap { $0 }).joined(separator: "\n")
  }

  private func heading(_ title: String) -> String { isStyled ? "\u{1B}[1m\(title):\u{1B}[0m" : "\(title):" }

  private func rows(_ argument: ArgumentDescription) -> [String] {
    var rows = row(argument.synopsis, argument.help)
    if let values = argument.valuesText {
      rows += Wrapping.wrap("(\(values))", width: width - Self.indent).map { line in
        String(repeating: " ", count: Self.indent) + (isStyled ? "\u{1B}[2m\(line)\u{1B}[0m" : line)
      }
    }
    return rows
  }

  /// Returns a name, with a text in the column next to it.
  private func row(_ name: String, _ text: String) -> [String] {
    let lines = Wrapping.wrap(text, width: width - Self.indent)
    let space = String(repeating: " ", count: Self.indent)
    let first = "  " + name
    guard first.count + 2 <= Self.indent, let head = lines.first else {
      return [first] + lines.map { space + $0 }
    }
    return [first + String(repeating: " ", count: Self.indent - first.count) + head]
      + lines.dropFirst().map { space + $0 }
  }
}

extension CommandNode {
  /// Headings of the groups of its options, in order.
  var groups: [String] {
    options.compactMap(\.heading).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}

extension ArgumentDescription {
  /// The argument as it is typed, with its value: `-o, --output <file>`.
  var synopsis: String {
    switch kind {
    case .operand: shown + (isRepeatable ? " ..." : "")
    case .flag: spellings.joined(separator: ", ")
    case .option: spellings.joined(separator: ", ") + " <\(valueName)>"
    }
  }

  /// The allowed values, and the default: `1...64, default: 1`.
  var valuesText: String? {
    let values = choices.isEmpty ? limits : choices.joined(separator: ", ")
    let texts = [values, defaultText.map { "default: \($0)" }].compactMap { $0 }
    let separator = choices.isEmpty ? ", " : "; "
    let also = aliases + shorthands.map { "\($0.shown) for \(shown) \($0.value)" }
    let names = also.isEmpty ? [] : ["also \(also.joined(separator: ", "))"]
    return texts.isEmpty && names.isEmpty
      ? nil : ([texts.joined(separator: separator)].filter { !$0.isEmpty } + names).joined(separator: "; ")
  }
}
