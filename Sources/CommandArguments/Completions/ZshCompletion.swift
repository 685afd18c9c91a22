extension CompletionScript {
  /// One function per command: those with subcommands call the next, the others list their arguments.
  func zsh() -> String {
    let functions = commands.map { path in
      path.last?.subcommands.isEmpty == false ? zshDispatch(path) : zshArguments(path)
    }
    let name = root.name
    return """
      #compdef \(name)
      # zsh completion for \(name). Made by: \(name) --completions zsh
      \(functions.joined(separator: "\n"))
      if [[ $funcstack[1] == _\(name) ]]; then _\(name) "$@"; else compdef _\(name) \(name); fi

      """
  }

  private func function(_ path: [CommandNode]) -> String { "_" + path.map(\.name).joined(separator: "_") }

  private func zshDispatch(_ path: [CommandNode]) -> String {
    let below = path.last?.shownSubcommands ?? []
    let help = path.count == 1 ? [("help", CommandLineTree.helpSummary, function(path))] : []
    let choices = below.map { ($0.name, $0.about.summary, function(path + [$0])) } + help
    let described = choices.map { name, summary, _ in Self.quoted("\(name):\(summary)") }
    let cases = choices.map { name, _, function in "      \(name)) \(function) ;;" }
    return """
      \(function(path))() {
        if [[ $words[2] == -* ]]; then
          _arguments -s -S \(zshOptions(path).joined(separator: " "))
        elif (( CURRENT == 2 )); then
          local -a commands=(\(described.joined(separator: " ")))
          _describe command commands
        else
          shift words
          (( CURRENT-- ))
          case $words[1] in
      \(cases.joined(separator: "\n"))
          esac
        fi
      }
      """
  }

  private func zshArguments(_ path: [CommandNode]) -> String {
    let operands = (path.last?.operands ?? []).map { operand in
      Self.quoted("\(operand.isRepeatable ? "*" : ""):\(zshText(operand.name)):\(zshOffer(operand))")
    }
    let lines = (zshOptions(path) + operands).map { "    \($0)" }.joined(separator: " \\\n")
    return "\(function(path))() {\n  _arguments -s -S \\\n\(lines)\n}"
  }

  private func zshOptions(_ path: [CommandNode]) -> [String] {
    path.allOptions.flatMap { option in
      // Further names are not offered (`!`), but values after them are completed.
      option.valueSpellings.map { spelling in
        let repeats = (option.aliases.contains(spelling) ? "!" : "") + (option.isRepeatable ? "*" : "")
        // `=` and `+`: the value may be joined to the name.
        let joins = option.kind == .flag ? "" : spelling.hasPrefix("--") ? "=" : "+"
        let value = option.kind == .flag ? "" : ":\(zshText(option.valueName)):\(zshOffer(option))"
        return Self.quoted("\(repeats)\(spelling)\(joins)[\(zshText(option.help))]\(value)")
      } + option.shorthands.map { Self.quoted("!\($0.shown)[\(zshText(option.help))]") }
    }
  }

  private func zshOffer(_ argument: ArgumentDescription) -> String {
    if !argument.choices.isEmpty { return "(\(argument.choices.joined(separator: " ")))" }
    switch argument.completion {
    case .none: return " "
    case .files: return "_files"
    case .directories: return "_files -/"
    }
  }

  /// Escapes the characters that are special in a description: brackets, colons and backslashes.
  private func zshText(_ text: String) -> String {
    text.map { "[]:\\".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
