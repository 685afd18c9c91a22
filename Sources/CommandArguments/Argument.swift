/// A type whose properties receive the values of arguments; its `init()` sets the defaults.
public protocol ArgumentSet: Sendable {
  /// The arguments in the order of the help text.
  static var arguments: [Argument<Self>] { get }
  init()
}

/// One argument, or a group of them: its help text, and the property that receives its value.
///
/// Names of one letter are typed `-X`, longer ones `--name`. An optional property makes an argument optional, an array
/// makes it repeatable.
public struct Argument<Root: ArgumentSet>: Sendable {
  public typealias Path<Value> = any WritableKeyPath<Root, Value> & Sendable

  struct Part: Sendable {
    var description: ArgumentDescription
    let assign: @Sendable (inout Root, _ typed: String) throws(ArgumentError) -> Void
  }

  let parts: [Part]

  private init(
    _ description: ArgumentDescription,
    _ assign: @escaping @Sendable (inout Root, _ typed: String) throws(ArgumentError) -> Void
  ) {
    parts = [Part(description: description, assign: assign)]
  }

  /// A switch: `--quiet`.
  public static func flag(
    _ path: Path<Bool>, _ name: String, short: Character? = nil, _ help: String
  ) -> Self {
    Self(ArgumentDescription(.flag, name, help, short: short)) { root, _ in root[keyPath: path] = true }
  }

  /// `--name VALUE`; help shows the property's initial value as the default.
  ///   - short: a one-letter form of the name.
  ///   - value: the name of the value in help.
  public static func option<Value: ArgumentValue>(
    _ path: Path<Value>, _ name: String, short: Character? = nil, value: String? = nil,
    allowed: AllowedValues<Value>? = nil, completion: ValueCompletion = .none, _ help: String
  ) -> Self {
    var description = ArgumentDescription(.option, name, help, short: short, value: value, completion)
    description.defaultText = Root()[keyPath: path].argument
    return converting(description, allowed) { $0[keyPath: path] = $1 }
  }

  /// `--name VALUE` without a default.
  public static func option<Value: ArgumentValue>(
    _ path: Path<Value?>, _ name: String, short: Character? = nil, value: String? = nil,
    allowed: AllowedValues<Value>? = nil, completion: ValueCompletion = .none, _ help: String
  ) -> Self {
    let description = ArgumentDescription(.option, name, help, short: short, value: value, completion)
    return converting(description, allowed) { $0[keyPath: path] = $1 }
  }

  /// `--name VALUE`, any number of times.
  public static func option<Value: ArgumentValue>(
    _ path: Path<[Value]>, _ name: String, short: Character? = nil, value: String? = nil,
    allowed: AllowedValues<Value>? = nil, completion: ValueCompletion = .none, _ help: String
  ) -> Self {
    var description = ArgumentDescription(.option, name, help, short: short, value: value, completion)
    description.isRepeatable = true
    return converting(description, allowed) { $0[keyPath: path].append($1) }
  }

  /// A required argument without a name.
  public static func operand<Value: ArgumentValue>(
    _ path: Path<Value>, _ name: String, allowed: AllowedValues<Value>? = nil,
    completion: ValueCompletion = .none, _ help: String
  ) -> Self {
    var description = ArgumentDescription(.operand, name, help, completion)
    description.isRequired = true
    return converting(description, allowed) { $0[keyPath: path] = $1 }
  }

  /// An optional argument without a name.
  public static func operand<Value: ArgumentValue>(
    _ path: Path<Value?>, _ name: String, completion: ValueCompletion = .none, _ help: String
  ) -> Self {
    converting(ArgumentDescription(.operand, name, help, completion)) { $0[keyPath: path] = $1 }
  }

  /// All remaining arguments without a name.
  public static func operands<Value: ArgumentValue>(
    _ path: Path<[Value]>, _ name: String, isRequired: Bool = true, completion: ValueCompletion = .none,
    _ help: String
  ) -> Self {
    var description = ArgumentDescription(.operand, name, help, completion)
    description.isRequired = isRequired
    description.isRepeatable = true
    return converting(description) { $0[keyPath: path].append($1) }
  }

  /// The arguments of a group, which is a property of this type.
  public static func group<Group: ArgumentGroup>(_ path: Path<Group>) -> Self {
    Self(
      parts: Group.arguments.flatMap(\.parts).map { part in
        var description = part.description
        description.heading = Group.heading
        return Part(description: description) { root, typed throws(ArgumentError) in
          try part.assign(&root[keyPath: path], typed)
        }
      })
  }

  private init(parts: [Part]) { self.parts = parts }

  /// Further names of an option or a switch, without dashes.
  public func alias(_ names: String...) -> Self {
    with { $0.aliases += names.map { "--\($0)" } }
  }

  /// A switch, given without its dashes, that means the option with this value.
  public func shorthand(_ name: String, for value: String) -> Self {
    with { $0.shorthands.append(.init(shown: "--\(name)", value: value)) }
  }

  private func with(_ change: (inout ArgumentDescription) -> Void) -> Self {
    Self(
      parts: parts.map { part in
        var description = part.description
        change(&description)
        return Part(description: description, assign: part.assign)
      })
  }

  /// An argument whose text is converted to a value, which must be allowed.
  private static func converting<Value: ArgumentValue>(
    _ description: ArgumentDescription, _ allowed: AllowedValues<Value>? = nil,
    _ set: @escaping @Sendable (inout Root, Value) -> Void
  ) -> Self {
    var description = description
    description.choices = Value.choices
    description.limits = allowed?.expectation
    return Self(description) { [description] root, typed throws(ArgumentError) in
      guard let value = Value(argument: typed), allowed?.contains(value) ?? true else {
        let expected = [Value.expectation, allowed?.expectation].compactMap { $0 }.joined(separator: ", ")
        throw ArgumentError(
          "\(description.shown) \(typed.shown): expected \(expected)",
          suggestion: Value.choices.nearest(to: typed))
      }
      set(&root, value)
    }
  }
}
