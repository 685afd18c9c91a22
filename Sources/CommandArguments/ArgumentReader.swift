/// Parses the arguments after a command's name into its properties, as GNU programs do:
///
/// - `--name value`, `--name=value`, `-X value`, `-Xvalue`; options and operands in any order.
/// - After `--` all arguments are operands. `-` alone is an operand or a value: standard input.
/// - An argument that begins with `-` is an option's value only when it is a number or joined to the option: in
///   `--report --json` the file is missing.
/// - The last value of a repeated option applies, or each where it is repeatable.
struct ArgumentReader<Target: ArgumentSet> {
  private let parts = Target.arguments.flatMap(\.parts)

  func read(_ arguments: [String]) throws(ArgumentError) -> Target {
    var target = Target()
    var operands: [String] = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        operands += rest
        break
      }
      guard argument.isOption else {
        operands.append(argument)
        continue
      }
      if argument.hasPrefix("--") {
        let pieces = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let joined = pieces.count > 1 ? String(pieces[1]) : nil
        let name = String(pieces[0])
        let part = try part(name)
        if let shorthand = part.description.shorthands.first(where: { $0.shown == name }) {
          guard joined == nil else { throw ArgumentError("\(name): expected no value") }
          try part.assign(&target, shorthand.value)
        } else {
          try take(part, joined: joined, from: &rest, into: &target)
        }
      } else {
        try takeLetters(argument, from: &rest, into: &target)
      }
    }
    try place(operands, into: &target)
    return target
  }

  /// Parses `-X value`, `-Xvalue`, or one-letter switches.
  private func takeLetters(
    _ argument: String, from rest: inout ArraySlice<String>, into target: inout Target
  ) throws(ArgumentError) {
    var letters = argument.dropFirst()
    while let letter = letters.popFirst() {
      let part = try part("-\(letter)")
      let takesAll = part.description.kind == .option && !letters.isEmpty
      try take(part, joined: takesAll ? String(letters) : nil, from: &rest, into: &target)
      if takesAll { return }
    }
  }

  private func take(
    _ part: Argument<Target>.Part, joined: String?, from rest: inout ArraySlice<String>,
    into target: inout Target
  ) throws(ArgumentError) {
    let option = part.description
    if option.kind == .flag {
      guard joined == nil else { throw ArgumentError("\(option.shown): expected no value") }
      return try part.assign(&target, "")
    }
    if let joined { return try part.assign(&target, joined) }
    guard let value = rest.first, !value.isOption else {
      throw ArgumentError("\(option.shown): expected a value, \(option.shown) <\(option.valueName)>")
    }
    rest.removeFirst()
    try part.assign(&target, value)
  }

  private func part(_ spelling: String) throws(ArgumentError) -> Argument<Target>.Part {
    if let part = parts.first(where: { $0.description.allSpellings.contains(spelling) }) { return part }
    let common = ArgumentReader<CommonOptions>.names
    if common.contains(spelling) { throw ArgumentError("\(spelling): expected no value") }
    throw .noOption(spelling, among: Self.names + common)
  }

  /// All spellings of all options.
  static var names: [String] { Target.arguments.flatMap(\.parts).flatMap(\.description.allSpellings) }

  /// Assigns the arguments without a name to the operands, in order.
  private func place(_ arguments: [String], into target: inout Target) throws(ArgumentError) {
    var rest = arguments[...]
    for part in parts where part.description.kind == .operand {
      if part.description.isRequired, rest.isEmpty {
        throw ArgumentError("expected \(part.description.shown): \(part.description.help)")
      }
      repeat {
        guard let argument = rest.popFirst() else { break }
        try part.assign(&target, argument)
      } while part.description.isRepeatable
    }
    if let argument = rest.first { throw ArgumentError("\(argument.shown): one argument too many") }
  }
}

extension String {
  /// Whether an argument is an option: it begins with `-`, and is neither `-` alone nor a number such as `-1` or `-.5`.
  var isOption: Bool {
    guard hasPrefix("-"), let second = dropFirst().first else { return false }
    return !(second.isNumber || second == ".") || Double(self) == nil
  }

  /// The text in a message, where an empty one would be invisible.
  var shown: String { isEmpty ? "\"\"" : self }
}
