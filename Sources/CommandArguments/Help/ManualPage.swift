/// The program's manual page, in mdoc.
public struct ManualPage {
  let root: CommandNode
  let date: String
  let sections: [(title: String, rows: [(name: String, text: String)])]

  /// - Parameters:
  ///   - date: of the version that it describes, in mdoc's format: `November 26, 2026`.
  ///   - sections: lists of names and their meaning, such as `ENVIRONMENT` and `EXIT STATUS`.
  public init(
    _ tree: CommandLineTree, date: String,
    sections: [(title: String, rows: [(name: String, text: String)])] = []
  ) {
    root = tree.root
    self.date = date
    self.sections = sections
  }

  public var text: String {
    var lines = [
      ".Dd \(date)", ".Dt \(root.name.uppercased()) 1", ".Os",
      ".Sh NAME", ".Nm \(root.name)", ".Nd \(Self.macroWords(root.about.summary.withoutStop))",
      ".Sh SYNOPSIS",
    ]
    let commands = Self.leaves(below: [root])
    lines += commands.flatMap { path in
      [".Nm", ".Cm \(path.dropFirst().map(\.name).joined(separator: " "))"] + Self.synopsis(path)
    }
    lines += [".Sh DESCRIPTION"] + Self.prose(root.about.discussion)
    for path in commands { lines += Self.section(path) }
    lines += [".Sh COMMON OPTIONS"]
    for heading in Self.unique(commands.flatMap { $0.last?.groups ?? [] }) {
      let options = commands.flatMap { $0.last?.options ?? [] }.filter { $0.heading == heading }
      let names = Self.unique(options.map(\.name))
      lines += [".Ss \(heading)"] + Self.list(names.compactMap { name in options.first { $0.name == name } })
    }
    lines += [".Ss Help"] + Self.list([root].optionsOfProgram)
    for section in sections {
      lines += [".Sh \(section.title)"]
      lines += Self.tagged(section.rows.map { (Self.macroWords($0.name), $0.text, nil) })
    }
    lines += [".Sh EXAMPLES"] + Self.verbatim(root.about.examples)
    return lines.joined(separator: "\n") + "\n"
  }

  /// Returns the commands that run, with the names that lead to them.
  private static func leaves(below path: [CommandNode]) -> [[CommandNode]] {
    let below = path.last?.shownSubcommands ?? []
    return below.isEmpty ? [path] : below.flatMap { leaves(below: path + [$0]) }
  }

  /// Returns the names without duplicates, in the order of their first occurrence.
  private static func unique(_ names: [String]) -> [String] {
    names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  private static func synopsis(_ path: [CommandNode]) -> [String] {
    guard let command = path.last else { return [] }
    let options = command.options.isEmpty ? [] : [".Op Ar options"]
    return options
      + command.operands.map { operand in
        (operand.isRequired ? ".Ar " : ".Op Ar ") + macroWords(operand.name)
          + (operand.isRepeatable ? " ..." : "")
      }
  }

  /// Returns the section of a command: its purpose, its own options, and the names of the groups that it shares.
  private static func section(_ path: [CommandNode]) -> [String] {
    guard let command = path.last else { return [] }
    let name = path.dropFirst().map(\.name).joined(separator: " ")
    var lines = [".Sh \(name.uppercased())"] + prose(command.about.summary)
    if !command.about.discussion.isEmpty { lines += [".Pp"] + prose(command.about.discussion) }
    lines += list(command.operands + command.options.filter { $0.heading == nil })
    if !command.groups.isEmpty {
      lines += [".Pp", "The options of \(command.groups.alternatives("and")) are in", ".Sx COMMON OPTIONS ."]
    }
    let examples = command.about.examples
    return lines + (examples.isEmpty ? [] : [".Pp", "Examples:"] + verbatim(examples))
  }

  private static func list(_ arguments: [ArgumentDescription]) -> [String] {
    tagged(arguments.map { (tag($0), $0.help, $0.valuesText) })
  }

  private static func tag(_ argument: ArgumentDescription) -> String {
    if argument.kind == .operand { return "Ar \(macroWords(argument.name))" }
    let names = argument.spellings.map { "Fl " + escaped(String($0.dropFirst())) }.joined(separator: " , ")
    return argument.kind == .option ? "\(names) Ar \(macroWords(argument.valueName))" : names
  }

  private static func tagged(_ rows: [(tag: String, text: String, values: String?)]) -> [String] {
    guard !rows.isEmpty else { return [] }
    var lines = [".Bl -tag -width Ds"]
    for row in rows {
      lines.append(".It \(row.tag)")
      lines += prose(row.text)
      if let values = row.values { lines += prose("(\(values))") }
    }
    return lines + [".El"]
  }

  /// Returns paragraphs, with each sentence on a new line, as mdoc requires.
  private static func prose(_ text: String) -> [String] {
    Wrapping.blocks(text).flatMap { block -> [String] in
      switch block {
      case .empty: [".Pp"]
      case .prose(let text): sentences(text).map(escaped)
      case .verbatim(let lines):
        // The display has an indent of its own.
        verbatim(lines.map { String($0.dropFirst(lines.map { $0.prefix { $0 == " " }.count }.min() ?? 0)) })
      }
    }
  }

  private static func sentences(_ text: String) -> [String] {
    var sentences: [String] = []
    var rest = text[...]
    while let end = rest.firstRange(of: ". ") {
      sentences.append(rest[..<end.lowerBound] + ".")
      rest = rest[end.upperBound...]
    }
    return (sentences + [String(rest)]).flatMap { Wrapping.wrap($0, width: 76) }
  }

  private static func verbatim(_ lines: [String]) -> [String] {
    [".Bd -literal -offset indent -compact"] + lines.map(escaped) + [".Ed"]
  }

  /// Escapes backslashes and leading dots and quotes, which are special in roff, and a plain minus, which is a hyphen
  /// there.
  private static func escaped(_ text: String) -> String {
    let text = text.map { $0 == "\\" ? "\\e" : $0 == "-" ? "\\-" : String($0) }.joined()
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }

  /// Escapes text on the line of a macro, where words such as `No` would be macros, and `|` and `"` are special.
  private static func macroWords(_ text: String) -> String {
    text.split(separator: " ").map { "\\&" + escaped(String($0)).replacing("\"", with: "\\(dq") }
      .joined(separator: " ")
  }
}

extension String {
  fileprivate var withoutStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
