extension CompletionScript {
  /// One line per argument, each with a test for the command that is being typed.
  func fish() -> String {
    let name = root.name
    let tests = commands.dropFirst().map { path in
      "      case '\(Array(path.dropLast()).names) \(path[path.count - 1].name)'\n        set found '\(path.names)'\n"
    }
    return """
      # fish completion for \(name). Made by: \(name) --completions fish
      function __\(name)_at
        set -l found ''
        for word in (commandline -opc)[2..]
          test "$word" = help -a -z "$found"; and continue
          switch "$found $word"
      \(tests.joined())      case '*'
              break
          end
        end
        test "$found" = "$argv[1]"
      end
      complete -c \(name) -f
      \(commands.flatMap(fishLines).joined(separator: "\n"))

      """
  }

  private func fishLines(_ path: [CommandNode]) -> [String] {
    guard let command = path.last else { return [] }
    let here = "complete -c \(root.name) -n \"__\(root.name)_at '\(path.names)'\""
    var lines = command.shownSubcommands.map { "\(here) -a \($0.name) -d \(fishText($0.about.summary))" }
    if path.count == 1 { lines.append("\(here) -a help -d \(fishText(CommandLineTree.helpSummary))") }
    for option in path.allOptions {
      let names = option.spellings.map {
        $0.hasPrefix("--") ? "-l \($0.dropFirst(2))" : "-s \($0.dropFirst())"
      }
      let value =
        option.kind == .flag ? "" : (option.completion == .files ? " -r" : " -x") + fishOffer(option)
      lines.append("\(here) \(names.joined(separator: " "))\(value) -d \(fishText(option.help))")
    }
    if let operand = command.operands.first {
      let offer = fishOffer(operand)
      if !offer.isEmpty { lines.append(here + offer) }
    }
    return lines
  }

  private func fishOffer(_ argument: ArgumentDescription) -> String {
    if !argument.choices.isEmpty { return " -a \(fishText(argument.choices.joined(separator: " ")))" }
    switch argument.completion {
    case .none: return ""
    case .files: return " -F"
    case .directories: return " -a '(__fish_complete_directories)'"
    }
  }

  /// Quotes text: between single quotes fish interprets only `\\` and `\'`.
  private func fishText(_ text: String) -> String {
    "'" + text.map { "'\\".contains($0) ? "\\\($0)" : String($0) }.joined() + "'"
  }
}
