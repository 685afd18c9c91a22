import FrameFeedCommand

/// `framefeed`: what users run. Its benchmarks are a program of their own.
@main enum Main {
  static func main() async {
    let words = CommandWords.all
    BenchmarkProgram.run(words)
    await FrameFeedProgram.main(words, FrameFeedProgram.commandLine(BenchmarkProgram.nodes))
  }
}
