extension Scratch {
  /// Sends a feed to its end; the report is `stream.json`.
  /// - Parameter place: the broker, the topic and the login.
  func stream(_ feed: [String], to place: [String]) throws -> Finished {
    try run(framefeed, ["stream"] + feed + ["--report", file("stream.json")] + place)
  }

  /// Reads a topic to its end; the report is `sink.json`.
  func sink(from place: [String]) throws -> Finished {
    try run(
      framefeed,
      [
        "sink", "--until-end", "--from", "beginning", "--model", "models/motion.json", "--report",
        file("sink.json"),
      ] + place)
  }
}
