/// A type whose values can be typed on a command line.
public protocol ArgumentValue: Sendable {
  init?(argument: String)
  /// The value as it is typed; shown as the default.
  var argument: String { get }
  /// The allowed texts, for messages: `a whole number`.
  static var expectation: String { get }
  /// All values, where there are few; else empty.
  static var choices: [String] { get }
}

extension ArgumentValue {
  public static var choices: [String] { [] }
}

extension String: ArgumentValue {
  public init?(argument: String) { self = argument }
  public var argument: String { self }
  public static var expectation: String { "text" }
}

extension ArgumentValue where Self: FixedWidthInteger {
  public init?(argument: String) { self.init(argument, radix: 10) }
  public var argument: String { String(self) }
  public static var expectation: String { "a whole number" }
}

extension Int: ArgumentValue {}
extension Int32: ArgumentValue {}

extension Double: ArgumentValue {
  public init?(argument: String) {
    // Other forms that Swift accepts are errors here: 0x10, nan, infinity.
    guard argument.utf8.allSatisfy({ "0123456789.+-eE".utf8.contains($0) }), let value = Double(argument),
      value.isFinite
    else { return nil }
    self = value
  }
  /// The number without a fraction where it has none: `30`, not `30.0`.
  public var argument: String { description.hasSuffix(".0") ? String(description.dropLast(2)) : description }
  public static var expectation: String { "a number" }
}

/// Enumerations with string values need only the conformance.
extension ArgumentValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  public init?(argument: String) { self.init(rawValue: argument) }
  public var argument: String { rawValue }
  public static var expectation: String { choices.alternatives("or") }
  public static var choices: [String] { allCases.map(\.rawValue) }
}

/// The values of a type that an argument allows.
public struct AllowedValues<Value: ArgumentValue>: Sendable {
  /// The allowed values, for messages and help, added to the expectation of the type: `a whole number, 1 or more`.
  let expectation: String
  let contains: @Sendable (Value) -> Bool

  public init(_ expectation: String, _ contains: @escaping @Sendable (Value) -> Bool) {
    self.expectation = expectation
    self.contains = contains
  }

  public static func range(_ range: ClosedRange<Value>) -> Self where Value: Comparable {
    Self("\(range.lowerBound.argument)...\(range.upperBound.argument)") { range.contains($0) }
  }

  public static func atLeast(_ least: Value) -> Self where Value: Comparable {
    Self("\(least.argument) or more") { $0 >= least }
  }

  public static func above(_ limit: Value, atMost most: Value) -> Self where Value: Comparable {
    Self("above \(limit.argument), at most \(most.argument)") { $0 > limit && $0 <= most }
  }
}

extension [String] {
  /// Returns `a, b or c`.
  func alternatives(_ conjunction: String) -> String {
    guard count > 1, let last else { return first ?? "" }
    return dropLast().joined(separator: ", ") + " \(conjunction) " + last
  }
}
