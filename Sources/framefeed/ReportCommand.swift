import CommandArguments

/// `framefeed report`: what to do with reports that --report has written.
enum ReportCommand {
  static let node = CommandNode(
    CommandText("report", "Add up the reports of several sinks or sources."), [])
}
