import FrameFeedCommand

/// `framefeed`: what users run. Its benchmarks are a program of their own.
@main enum Main {
  static func main() async {
    let arguments = ProcessArguments.all
    BenchmarkProgram.run(arguments)
    await FrameFeedProgram.main(arguments, FrameFeedProgram.commandLine(BenchmarkProgram.nodes))
  }
}
