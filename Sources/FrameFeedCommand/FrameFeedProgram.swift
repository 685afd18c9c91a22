package import CommandArguments
import FrameFeed
import Glibc
import KafkaTransport
import LogLines

/// The program `framefeed`: its command line, and how it ends.
package enum FrameFeedProgram {
  /// - Parameter benchmarks: the commands of `framefeed-bench`, or what is shown of them.
  package static func commandLine(_ benchmarks: [CommandNode]) -> CommandLineTree {
    let commands =
      [CommandNode(StreamCommand.self), CommandNode(SinkCommand.self), CommandNode(DemoCommand.self)]
      + benchmarks
      + [
        ReportCommand.node, TopicCommand.node, CommandNode(DoctorCommand.self),
        CommandNode(ModelsCommand.self),
      ]
    return CommandLineTree(
      CommandNode(
        CommandText(
          "framefeed", "Camera frames through Kafka into a model, with the latency of each stage.",
          discussion: """
            Every command takes --help. Exit codes: 0 done and complete, 2 done but frames are missing or were
            rejected, 1 failed, 64 wrong usage, 130 stopped by Ctrl-C after draining and reporting.
            """,
          examples: [
            "framefeed demo                             # a sample feed, Kafka, a model",
            "framefeed stream photos/ --feed drone-1    # a directory as a live feed",
            "framefeed sink --model models/motion.json  # the model's side of it",
            "framefeed topic create frames --partitions 4",
            "framefeed doctor --size 1920x1080 --codec raw",
          ]),
        commands))
  }

  package static func main(_ arguments: [String], _ commandLine: CommandLineTree) async {
    ProcessTitle.hideSecrets()
    let code = await run(arguments, commandLine)
    // A stopped or failed command may have left threads that wait for a broker, and any command a client that does not
    // end: `exit` would destroy what they use.
    if code == .stopped || code == .failed || ClientEnd.isAwaited {
      fflush(nil)
      Console.shared.finish(milliseconds: 2000)
      _exit(code.rawValue)
    }
    exit(code.rawValue)
  }

  private static func run(_ arguments: [String], _ commandLine: CommandLineTree) async -> ExitCode {
    // Checked first, as usage errors quote the arguments.
    if let refusal = SecretArguments.refusal(arguments) {
      return refuse(refusal, commandLine.path(arguments))
    }
    do throws(CommandLineTree.UsageError) {
      switch try commandLine.read(arguments) {
      case .run(let command, let path): return await run(command, path)
      case .help(let path):
        print(HelpPage(width: Terminal.width, isStyled: Terminal.isStyled).text(path))
      case .version: print("\(Versions.framefeed)\nlibrdkafka \(librdkafkaVersion)")
      case .completions(let shell): print(CompletionScript(commandLine).text(for: shell), terminator: "")
      case .manual:
        print(
          ManualPage(commandLine, date: Versions.date, sections: manualSections).text, terminator: "")
      }
      return finish()
    } catch {
      return refuse("\(error.error)", error.path)
    }
  }

  /// Runs a command. An error is printed as one line and returned as the exit code.
  private static func run(_ command: any Command, _ path: [CommandNode]) async -> ExitCode {
    do {
      try await command.run()
      return finish()
    } catch let code as ExitCode {
      return code
    } catch {
      let failure = Failure(any: error)
      Console.shared.clear()
      if failure.code == .usage { return refuse(failure.message, path) }
      Console.shared.line("framefeed: \(failure.message)")
      return failure.code
    }
  }

  /// Flushes standard output, and returns the exit code.
  private static func finish() -> ExitCode {
    do { try StandardOutput.flush() } catch {
      Console.shared.line("framefeed: \(Failure(any: error).message)")
      return .failed
    }
    return .done
  }

  private static let manualSections: [(title: String, rows: [(name: String, text: String)])] = [
    (
      "ENVIRONMENT",
      [
        ("FRAMEFEED_BROKER", "Brokers to connect to first, where --broker is not given."),
        ("FRAMEFEED_PYTHON", "The interpreter of the Python programs that compare runs."),
        ("COLUMNS", "Columns to wrap help to."),
        ("NO_COLOR", "Not empty: help is not styled, on a terminal either."),
      ]
    ),
    (
      "EXIT STATUS",
      [
        ("0", "Done and complete."), ("1", "Failed: the message says what to do."),
        ("2", "Done, but frames are missing or were rejected; the report has the counts."),
        ("64", "Wrong usage."), ("130", "Stopped by Ctrl-C, after draining and reporting."),
      ]
    ),
  ]

  /// Prints the error and the usage of a command line.
  private static func refuse(_ message: String, _ path: [CommandNode]) -> ExitCode {
    Console.shared.line("framefeed: \(message)")
    Console.shared.line("usage: \(HelpPage.usage(path))")
    return .usage
  }
}
