import CommandArguments
import Foundation
import Testing

@testable import framefeed

/// The completion scripts, run by the shells they are for.
@Suite struct CompletionTests {
  /// What the shells must offer behind a line.
  static let lines: [(line: String, offers: [String])] = [
    ("framefeed st", ["stream"]),
    ("framefeed topic cr", ["create"]),
    ("framefeed help topic cr", ["create"]),
    ("framefeed stream --wh", ["--when-full"]),
    ("framefeed stream --when-full ", ["block", "drop-newest", "drop-oldest"]),
    ("framefeed stream --when-full drop", ["drop-newest", "drop-oldest"]),
    ("framefeed stream --when-full=drop", ["drop-newest", "drop-oldest"]),
    ("framefeed topic create --re", ["--replication", "--retention-bytes", "--retention-ms"]),
    ("framefeed compare tensors --thr", ["--threads"]),
    ("framefeed sink --quiet --pol", ["--policy"]),
    ("framefeed --completions ", ["bash", "fish", "zsh"]),
  ]

  private func script(_ shell: Shell) throws -> (Scratch, String) {
    let scratch = try Scratch()
    let path = scratch.file("_framefeed")
    let made = try run(framefeed, "--completions", shell.rawValue)
    #expect(made.code == 0)
    try Data(made.output).write(to: URL(filePath: path))
    return (scratch, path)
  }

  @Test(arguments: lines) func bash(_ line: String, _ offers: [String]) throws {
    let (scratch, path) = try script(.bash)
    defer { withExtendedLifetime(scratch) {} }
    // Bash hands the line over in words, with = a word of its own.
    let words = line.replacing("=", with: " = ").split(separator: " ", omittingEmptySubsequences: false)
    let program = """
      source '\(path)'
      COMP_WORDS=(\(words.map { "'\($0)'" }.joined(separator: " "))) COMP_CWORD=\(words.count - 1)
      _framefeed
      ((${#COMPREPLY[@]})) && printf '%s\\n' "${COMPREPLY[@]}" | sort
      """
    let offered = try run("bash", "-euc", program)
    #expect(offered.text.split(separator: "\n").map(String.init) == offers, "\(offered.errors)")
  }

  @Test(.enabled(if: isInstalled("zsh"), "make deps installs zsh"), arguments: lines)
  func zsh(_ line: String, _ offers: [String]) throws {
    let (scratch, path) = try script(.zsh)
    defer { withExtendedLifetime(scratch) {} }
    let offered = try run("zsh", "-f", "Tests/FrameFeedTests/zsh_offers.zsh", path, line)
    #expect(offered.text.split(separator: "\n").map(String.init) == offers, "\(offered.errors)")
  }

  @Test(.enabled(if: isInstalled("fish"), "fish is not installed"), arguments: lines)
  func fish(_ line: String, _ offers: [String]) throws {
    let (scratch, path) = try script(.fish)
    defer { withExtendedLifetime(scratch) {} }
    let offered = try run("fish", "-c", "source '\(path)'; complete -C '\(line)'")
    // A description follows behind a tab, and joined values are offered with their option.
    let words = offered.text.split(separator: "\n").map { $0.split(separator: "\t")[0] }
    #expect(words.map { String($0.split(separator: "=").last!) }.sorted() == offers, "\(offered.errors)")
  }

  /// Nothing that a command takes is forgotten, in any shell's script.
  @Test(arguments: Shell.allCases) func everyOptionIsOffered(shell: Shell) {
    let text = CompletionScript(FrameFeedCommand.commandLine).text(for: shell)
    for path in commandPaths {
      for option in path[path.count - 1].options {
        for spelling in option.spellings {
          let dashes = spelling.hasPrefix("--") ? "-l " : "-s "
          let name = shell == .fish ? dashes + spelling.drop { $0 == "-" } : spelling
          #expect(text.contains(name), "\(shell): \(spelling)")
        }
      }
    }
  }
}

/// Every command that is shown, with the names that lead to it.
var commandPaths: [[CommandNode]] {
  func below(_ path: [CommandNode]) -> [[CommandNode]] {
    [path] + path[path.count - 1].shownSubcommands.flatMap { below(path + [$0]) }
  }
  return below([FrameFeedCommand.commandLine.root])
}

/// Whether a program is there.
func isInstalled(_ program: String) -> Bool {
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
    FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
  }
}
