import CommandArguments
import FrameFeedCommand

/// `framefeed-bench`: all of `framefeed`, and the benchmarks, which it runs for it.
@main
enum FrameBenchProgram {
  static let commandLine = FrameFeedProgram.commandLine(
    [CompareCommand.node, CommandNode(PlotCommand.self), PeerCommand.node])

  static func main() async { await FrameFeedProgram.main(ProcessArguments.all, commandLine) }
}
