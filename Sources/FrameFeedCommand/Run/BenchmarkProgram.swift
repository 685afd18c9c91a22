package import CommandArguments
import Glibc

/// The benchmarks, which are a program of their own, `framefeed-bench`: they need what no feed does, such as full Foundation.
package enum BenchmarkProgram {
  package static let compare = CommandText(
    "compare", "Measure what each encoding, transport and setting costs.")
  package static let plotSummary = "Draw the figures of reports: a page, SVG or PNG files."

  /// What the help of `framefeed` shows of them.
  package static let nodes = [CommandNode(compare, []), CommandNode(CommandText("plot", plotSummary), [])]

  /// Runs `framefeed-bench` in place of this program where the arguments are for it. Returns where they are not, or where there
  /// is no such program and `framefeed` can do with less.
  package static func run(_ arguments: [String]) {
    let command = arguments.first == "help" ? arguments.dropFirst().first : arguments.first
    let isBenchmark = ["compare", "plot", "peer"].contains(command)
    // Completions and the manual are of both.
    let isOfBoth = command == "--manual" || command?.hasPrefix("--completions") == true
    guard isBenchmark || isOfBoth else { return }
    let directory = Executable.path.split(separator: "/").dropLast().joined(separator: "/")
    for place in ["/\(directory)/framefeed-bench", "/\(directory)/../lib/framefeed/framefeed-bench"] {
      // Replaces this program; returns only where there is none.
      execv(place, CommandLine.unsafeArgv)
    }
    guard isBenchmark else { return }
    Console.shared.line(
      "framefeed: \(command ?? "") is part of framefeed-bench, which is not beside this program: make build, or make install, puts it there"
    )
    Console.shared.finish(milliseconds: 1000)
    exit(ExitCode.failed.rawValue)
  }
}
