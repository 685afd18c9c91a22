import ArgumentParser
import FrameFeed

/// `framefeed`: the command line, one file a command.
@main
struct FrameFeedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "framefeed",
    abstract: "Camera frames through Kafka into a model, and where the milliseconds went.",
    discussion: """
      EXAMPLES
        framefeed demo                             a sample feed, Kafka, a model
        framefeed stream photos/ --feed drone-1    a directory as a live feed
        framefeed sink --model models/motion.json  the model's side of it
        framefeed topic create frames --partitions 4
        framefeed doctor --size 1920x1080 --codec raw

      Every command takes --help. Exit codes: 0 done and complete, 2 done but
      frames are missing or were rejected, 1 failed, 64 wrong usage, 130 stopped
      by Ctrl-C after draining and reporting.
      """,
    version: Versions.framefeed,
    subcommands: [
      StreamCommand.self, SinkCommand.self, DemoCommand.self, CompareCommand.self, PlotCommand.self,
      TopicCommand.self,
      DoctorCommand.self, ModelsCommand.self, PeerCommand.self,
    ])

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    ProcessTitle.hideSecrets()
    // `-X sasl.password XYZ`: the parser would print what it does not expect.
    if let key = ProcessTitle.secretWithoutValue(arguments) {
      Console.shared.line("framefeed: Kafka setting \(key): expected key=value, as in -X linger.ms=5")
      exit(withError: ExitCode(Failure.Code.usage.rawValue))
    }
    // `sasl.password=XYZ` without its -X: the same.
    if let key = ProcessTitle.strayedSecret(arguments) {
      Console.shared.line("framefeed: Kafka setting \(key): belongs behind -X, as in -X linger.ms=5")
      exit(withError: ExitCode(Failure.Code.usage.rawValue))
    }
    await main(arguments)
  }
}
