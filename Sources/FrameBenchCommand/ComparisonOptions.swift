import CommandArguments
import FrameFeedCommand

// Options that several comparisons have.
extension Argument {
  static func framesToMeasure(_ path: Path<Int>) -> Self { frames(path, "Most frames to measure.") }

  static func framesToSend(_ path: Path<Int>) -> Self { frames(path, "Most different frames to send.") }

  private static func frames(_ path: Path<Int>, _ help: String) -> Self {
    .option(path, "frames", value: "n", allowed: .atLeast(1), help)
  }

  static func rounds(_ path: Path<Int>, _ help: String) -> Self {
    .option(path, "rounds", value: "n", allowed: .times, help)
  }

  static func sends(_ path: Path<Int>, _ help: String) -> Self {
    .option(path, "sends", value: "n", allowed: .times, help)
  }

  /// How long one payload may take.
  static func timeout(_ path: Path<Double>) -> Self {
    .option(
      path, "timeout", value: "seconds", allowed: .seconds, "Longest that one payload may take, s.")
  }

  /// - Parameter programs: what the directory has, in the words of the help.
  static func peers(_ path: Path<String?>, _ programs: String) -> Self {
    .option(
      path, "peers", value: "dir", completion: .directories,
      "Directory of \(programs) (default: samples/peers).")
  }
}
