extension CompletionScript {
  /// One function a command: those with subcommands hand over to the next, the others list their arguments.
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
    let rows = below.map { command in
      // A colon ends the name.
      Self.quoted("\(command.name):\(command.about.summary)")
    }
    let cases = below.map { "    \($0.name)) \(function(path + [$0])) ;;" }
    let help = path.count == 1 ? ["    help) _\(root.name) ;;"] : []
    return """
      \(function(path))() {
        if (( CURRENT == 2 )); then
          local -a commands=(\(rows.joined(separator: " ")))
          _describe command commands
          compadd -- \(path.optionWords.joined(separator: " "))
          return
        fi
        shift words
        (( CURRENT-- ))
        case $words[1] in
      \((cases + help).joined(separator: "\n"))
          --completions) compadd -- \(Shell.choices.joined(separator: " ")) ;;
        esac
      }
      """
  }

  private func zshArguments(_ path: [CommandNode]) -> String {
    guard let command = path.last else { return "" }
    var rows = command.options.flatMap { option in
      option.spellings.map { spelling in
        let repeats = option.isRepeatable ? "*" : ""
        // `=` and `+`: the value may be joined to the name.
        let joins = option.kind == .flag ? "" : spelling.hasPrefix("--") ? "=" : "+"
        let value = option.kind == .flag ? "" : ":\(zshText(option.valueName)):\(zshOffer(option))"
        return Self.quoted("\(repeats)\(spelling)\(joins)[\(zshText(option.help))]\(value)")
      }
    }
    rows += ["--help[Show help.]", "--version[Show the version.]"].map(Self.quoted)
    rows += command.operands.map { operand in
      Self.quoted("\(operand.isRepeatable ? "*" : ""):\(zshText(operand.name)):\(zshOffer(operand))")
    }
    let lines = rows.map { "    \($0)" }.joined(separator: " \\\n")
    return "\(function(path))() {\n  _arguments -s -S \\\n\(lines)\n}"
  }

  private func zshOffer(_ argument: ArgumentDescription) -> String {
    if !argument.choices.isEmpty { return "(\(argument.choices.joined(separator: " ")))" }
    switch argument.completion {
    case .none: return " "
    case .files: return "_files"
    case .directories: return "_files -/"
    }
  }

  /// Brackets, colons and backslashes mean something in a description.
  private func zshText(_ text: String) -> String {
    text.map { "[]:\\".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
