import CommandArguments

enum Fit: String, CaseIterable, ArgumentValue {
  case stretch, crop, letterbox
}

struct Logging: ArgumentGroup, Equatable {
  static let heading = "Logging"
  static let arguments: [Argument<Logging>] = [
    .flag(\.quiet, "quiet", "No progress."),
    .option(\.settings, "X", value: "key=value", "Any setting; repeatable."),
  ]
  var quiet = false
  var settings: [String] = []
}

/// A command with an argument of each kind.
struct Resize: Command, Equatable {
  static let about = CommandText(
    "resize", "Make pictures smaller.", discussion: "First paragraph.\nGoes on.\n\n  verbatim  line",
    examples: ["pictures resize a.jpg --width 320"])
  static let arguments: [Argument<Resize>] = [
    .operand(\.target, "target", completion: .directories, "Where results go."),
    .operands(
      \.files, "file", isRequired: false, completion: .files, "Pictures to read: it's [all] of them."),
    .option(
      \.width, "width", short: "w", value: "px", allowed: .range(1...4096), "Width of the result."
    ).alias("columns", "breadth"),
    .option(\.ratio, "ratio", "How much smaller."),
    .option(\.offset, "offset", "Pixels to the right, or to the left below 0."),
    .option(\.fit, "fit", "What becomes of the sides.").shorthand("cropped", for: "crop"),
    .option(\.tags, "tag", "A word to keep with the result; repeatable."),
    .flag(\.verbose, "verbose", "Say more."),
    .group(\.logging),
  ]

  var target = ""
  var files: [String] = []
  var width = 640
  var ratio: Double?
  var offset = 0
  var fit = Fit.stretch
  var tags: [String] = []
  var verbose = false
  var logging = Logging()

  func run() async throws {}
}

struct Show: Command {
  static let about = CommandText("show", "Show a picture.")
  static let arguments: [Argument<Show>] = [.operand(\.file, "file", "The picture.")]
  var file: String?
  func run() async throws {}
}

struct Secret: Command {
  static let about = CommandText("secret", "Not for people.", isHidden: true)
  static let arguments: [Argument<Secret>] = []
  func run() async throws {}
}

let pictures = CommandLineTree(
  CommandNode(
    CommandText("pictures", "Work on pictures."),
    [
      CommandNode(Resize.self), CommandNode(CommandText("album", "Albums."), [CommandNode(Show.self)]),
      CommandNode(Secret.self),
    ]))

/// What a command line of `pictures resize` sets.
func resize(_ words: String...) throws -> Resize {
  guard case .run(let command, _) = try pictures.read(["resize"] + words) else { throw NotACommand() }
  return command as! Resize
}

/// What is wrong with a command line, or `nil`.
func refusal(_ words: String...) -> String? {
  do throws(CommandLineTree.UsageError) {
    _ = try pictures.read(words)
    return nil
  } catch {
    return error.error.description
  }
}

struct NotACommand: Error {}
