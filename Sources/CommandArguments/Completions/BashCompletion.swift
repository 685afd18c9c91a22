extension CompletionScript {
  /// One function: finds the command among the words, then offers values, options, or completions for its operands.
  func bash() -> String {
    let name = root.name
    return """
      # bash completion for \(name). Made by: \(name) --completions bash
      _\(name)() {
        local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= at word
        local IFS=$' \\t\\n' operands=
        COMPREPLY=()
        # --name=value comes as three words.
        if [[ $current == = ]]; then current=; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi
        for ((at = 1; at < COMP_CWORD; at++)); do
          word=${COMP_WORDS[at]}
          [[ $word == help && -z $command ]] && continue
          [[ $word == -- ]] && operands=1
          case "$command $word" in
      \(bashCommands)    esac
        done
        case "$command $previous" in
      \(bashValues)    esac
        if [[ $current == -* && -z $operands ]]; then
          case "$command" in
      \(bashOptions)    esac
          return
        fi
        case "$command" in
      \(bashOperands)  esac
      }
      complete -F _\(name) \(name)

      """
  }

  private var bashCommands: String {
    commands.dropFirst().map { path in
      let before = Array(path.dropLast()).names
      return
        "      \(Self.quoted("\(before) \(path[path.count - 1].name)"))) command=\(Self.quoted(path.names)) ;;\n"
    }.joined()
  }

  private var bashValues: String {
    commands.flatMap { path in
      path.allOptions.filter { $0.kind == .option }.map { option in
        let patterns = option.valueSpellings.map { Self.quoted("\(path.names) \($0)") }.joined(separator: "|")
        return "    \(patterns)) \(bashOffer(option)) return ;;\n"
      }
    }.joined()
  }

  private var bashOptions: String {
    commands.map { path in
      "      \(Self.quoted(path.names))) \(Self.bashWords(path.allOptions.flatMap(\.spellings))) ;;\n"
    }.joined()
  }

  private var bashOperands: String {
    commands.compactMap { path -> String? in
      guard let command = path.last else { return nil }
      var offers: [String] = []
      if !command.subcommands.isEmpty {
        offers.append(
          Self.bashWords(command.shownSubcommands.map(\.name) + (path.count == 1 ? ["help"] : [])))
      }
      if let operand = command.operands.first { offers.append(bashOffer(operand)) }
      let offer = offers.filter { !$0.isEmpty }.joined(separator: " ")
      return offer.isEmpty ? nil : "    \(Self.quoted(path.names))) \(offer) ;;\n"
    }.joined()
  }

  private func bashOffer(_ argument: ArgumentDescription) -> String {
    if !argument.choices.isEmpty { return Self.bashWords(argument.choices) }
    switch argument.completion {
    case .none: return ""
    // Readline's own completion: it handles quotes, ~ and spaces.
    case .files: return "compopt -o default;"
    case .directories: return "compopt -o dirnames;"
    }
  }

  private static func bashWords(_ words: [String]) -> String {
    "COMPREPLY=($(compgen -W \(quoted(words.joined(separator: " "))) -- \"$current\"));"
  }
}
