/// Reads the keys of one JSON object of a manifest. Every error names the file, the key and what was expected.
struct ManifestReader {
  let file: String
  /// The path of the object, such as `input.`; empty at the top.
  let path: String
  private let members: [String: JSONValue]

  init(_ value: JSONValue, file: String, path: String = "") throws(ModelError) {
    self.file = file
    self.path = path
    guard case .object(let members) = value else {
      let what = path.isEmpty ? "the manifest" : "key \"\(path.dropLast())\""
      throw .invalidManifest(file: file, problem: "\(what) must be an object, not \(value.typeName)")
    }
    self.members = members
  }

  /// Rejects keys that are not in `known`: a misspelt key must not silently get its default.
  func allowOnly(_ known: [String]) throws(ModelError) {
    // Sorted, so that the same one of several unknown keys is always named.
    for key in members.keys.sorted() where !known.contains(key) {
      throw .invalidManifest(
        file: file, problem: "unknown key \"\(path)\(key)\"; known here: \(known.joined(separator: ", "))")
    }
  }

  func failure(_ key: String, _ problem: String) -> ModelError {
    .invalidManifest(file: file, problem: "key \"\(path)\(key)\" \(problem)")
  }

  func object(_ key: String) throws(ModelError) -> ManifestReader {
    guard let value = members[key] else { throw failure(key, "is missing; it must be an object") }
    return try ManifestReader(value, file: file, path: "\(path)\(key).")
  }

  /// Returns a non-empty string; `nil` if the key is absent.
  func string(_ key: String) throws(ModelError) -> String? {
    guard let value = members[key] else { return nil }
    guard case .string(let text) = value else {
      throw failure(key, "must be a string, not \(value.typeName)")
    }
    guard !text.isEmpty else { throw failure(key, "must not be empty") }
    return text
  }

  /// Returns a case of an enumeration; `nil` if the key is absent.
  func choice<T: RawRepresentable & CaseIterable>(_ key: String) throws(ModelError) -> T?
  where T.RawValue == String {
    guard let text = try string(key) else { return nil }
    guard let value = T(rawValue: text) else {
      let names = T.allCases.map(\.rawValue).joined(separator: ", ")
      throw failure(key, "is \"\(text)\"; it must be one of: \(names)")
    }
    return value
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(ModelError) -> Int? {
    guard let value = members[key] else { return nil }
    let expected = "must be a whole number in \(range.lowerBound)...\(range.upperBound)"
    guard case .number(let number) = value else { throw failure(key, "\(expected), not \(value.typeName)") }
    guard let whole = Int(exactly: number), range.contains(whole) else {
      throw failure(key, "is \(text(number)); it \(expected)")
    }
    return whole
  }

  func number(_ key: String, in range: ClosedRange<Double>) throws(ModelError) -> Double? {
    guard let value = members[key] else { return nil }
    return try number(value, key, in: range)
  }

  /// Returns one number per channel, or one for all, which may also be a bare number; `nil` if the key is absent.
  func perChannel(_ key: String, channels: Int, in range: ClosedRange<Double>) throws(ModelError)
    -> [Double]?
  {
    guard let value = members[key] else { return nil }
    if case .number = value { return [try number(value, key, in: range)] }
    guard case .array(let items) = value else {
      throw failure(key, "must be an array of numbers, not \(value.typeName)")
    }
    guard items.count == channels || items.count == 1 else {
      let wanted = channels == 1 ? "1 value" : "\(channels) values, one a channel, or 1 for all"
      throw failure(key, "has \(items.count) values; it must have \(wanted)")
    }
    var numbers = [Double]()
    for (index, item) in items.enumerated() {
      numbers.append(try number(item, "\(key)[\(index)]", in: range))
    }
    return numbers
  }

  private func number(_ value: JSONValue, _ key: String, in range: ClosedRange<Double>) throws(ModelError)
    -> Double
  {
    let expected = "must be a number in \(text(range.lowerBound))...\(text(range.upperBound))"
    guard case .number(let number) = value else { throw failure(key, "\(expected), not \(value.typeName)") }
    guard range.contains(number) else { throw failure(key, "is \(text(number)); it \(expected)") }
    return number
  }

  /// Returns the number without needless decimals: 3, not 3.0.
  private func text(_ number: Double) -> String { Int(exactly: number).map { "\($0)" } ?? "\(number)" }
}
