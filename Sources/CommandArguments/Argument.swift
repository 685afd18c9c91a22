/// A type whose properties take the values of arguments; its `init()` gives each its default.
public protocol ArgumentSet: Sendable {
  /// In the order in which help lists them.
  static var arguments: [Argument<Self>] { get }
  init()
}

/// One argument, or a group of them: what people read about it, and the property that takes its value.
///
/// Names of one letter are typed `-X`, longer ones `--name`. A property that is optional, or an array, makes an
/// argument that may be left out, or given again and again.
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
  /// - Parameters:
  ///   - short: a letter that stands for the name.
  ///   - value: what help calls the value.
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

  /// A word without a name that must be there.
  public static func operand<Value: ArgumentValue>(
    _ path: Path<Value>, _ name: String, allowed: AllowedValues<Value>? = nil,
    completion: ValueCompletion = .none, _ help: String
  ) -> Self {
    var description = ArgumentDescription(.operand, name, help, completion)
    description.isRequired = true
    return converting(description, allowed) { $0[keyPath: path] = $1 }
  }

  /// A word without a name that may be there.
  public static func operand<Value: ArgumentValue>(
    _ path: Path<Value?>, _ name: String, completion: ValueCompletion = .none, _ help: String
  ) -> Self {
    converting(ArgumentDescription(.operand, name, help, completion)) { $0[keyPath: path] = $1 }
  }

  /// All words without a name from here on.
  public static func operands<Value: ArgumentValue>(
    _ path: Path<[Value]>, _ name: String, isRequired: Bool = true, completion: ValueCompletion = .none,
    _ help: String
  ) -> Self {
    var description = ArgumentDescription(.operand, name, help, completion)
    description.isRequired = isRequired
    description.isRepeatable = true
    return converting(description) { $0[keyPath: path].append($1) }
  }

  /// The arguments of a group that is a property here.
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

  /// A switch, without its dashes, that stands for the option with a value.
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

  /// An argument whose text becomes a value, which must be allowed.
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
