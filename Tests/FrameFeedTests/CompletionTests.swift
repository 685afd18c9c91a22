import CommandArguments
import Foundation
import Testing

@testable import FrameBenchCommand
@testable import FrameFeedCommand

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
    // Kafka's own names are read and not offered.
    ("framefeed sink --boot", []),
    ("framefeed sink --from", ["--from"]),
    ("framefeed compare tensors --thr", ["--threads"]),
    ("framefeed sink --quiet --pol", ["--policy"]),
    ("framefeed --completions ", ["bash", "fish", "zsh"]),
  ]

  private func script(_ shell: Shell) throws -> (Scratch, String) {
    let scratch = try Scratch(partitions: nil)
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

  /// Behind `--` every command offers its own options and those that all take, and no others.
  @Test func everyCommandOffersItsOptions() throws {
    let (scratch, path) = try script(.bash)
    defer { withExtendedLifetime(scratch) {} }
    for command in commandPaths where command[command.count - 1].shownSubcommands.isEmpty {
      let words = command.map(\.name) + ["--"]
      let program = """
        source '\(path)'
        COMP_WORDS=(\(words.joined(separator: " "))) COMP_CWORD=\(words.count - 1)
        _framefeed
        printf '%s\\n' "${COMPREPLY[@]}"
        """
      let offered = Set(try run("bash", "-euc", program).text.split(separator: "\n").map(String.init))
      let declared = command[command.count - 1].options.flatMap(\.spellings) + ["--help", "--version"]
      #expect(offered == Set(declared.filter { $0.hasPrefix("--") }), "\(words)")
    }
    let zsh = try run(framefeed, "--completions", "zsh").text
    for command in commandPaths where command[command.count - 1].shownSubcommands.isEmpty {
      let name = "\n_" + command.map(\.name).joined(separator: "_") + "() {\n"
      let begin = try #require(zsh.range(of: name))
      let function = zsh[begin.upperBound...].components(separatedBy: "\n}\n")[0]
      for spelling in command[command.count - 1].options.flatMap(\.spellings) {
        #expect(["=[", "+[", "["].contains { function.contains(spelling + $0) }, "\(name) \(spelling)")
      }
    }
  }
}

/// Every command that is shown, with the names that lead to it.
var commandPaths: [[CommandNode]] {
  func below(_ path: [CommandNode]) -> [[CommandNode]] {
    [path] + path[path.count - 1].shownSubcommands.flatMap { below(path + [$0]) }
  }
  return below([FrameBenchProgram.commandLine.root])
}

/// Whether a program is there.
func isInstalled(_ program: String) -> Bool {
  (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
    FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
  }
}
