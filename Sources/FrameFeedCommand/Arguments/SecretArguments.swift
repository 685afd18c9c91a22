import KafkaTransport

/// Finds secret settings in arguments, at valid positions and at wrong ones.
enum SecretArguments {
  /// Returns an error for a secret at a position where it is not read, without the secret: usage errors quote the
  /// arguments.
  static func refusal(_ arguments: [String]) -> String? {
    let pairs = zip([""] + arguments, arguments)
    if let key = pairs.lazy.compactMap(keyWithoutValue).first {
      return "Kafka setting \(KafkaSettings.nameable(key)): expected key=value, as in -X linger.ms=5"
    }
    // An empty value and then a further argument, which is the separated value.
    for (at, pair) in pairs.enumerated() where isLoose(pair, arguments.dropFirst(at + 1).first) {
      let key = KafkaSettings.nameable(String(pair.1.dropLast()))
      return "Kafka setting \(key): is empty; its value follows after a space"
    }
    return pairs.lazy.compactMap(strayed).first.map { key in
      "Kafka setting \(KafkaSettings.nameable(key)): belongs after -X and the command, as in framefeed sink -X linger.ms=5"
    }
  }

  /// Returns where the secret begins in an argument such as `sasl.password=XYZ` or `--setting=sasl.password=XYZ`, in
  /// bytes.
  ///
  /// In bytes: a password need not be UTF-8, and decoding it would change its length.
  static func start(in argument: UnsafeRawBufferPointer) -> Int? {
    for (at, byte) in argument.enumerated() where byte == UInt8(ascii: "=") {
      let key = String(decoding: argument[..<at], as: UTF8.self)
      guard KafkaSettings.isSecret(key) else { continue }
      // A reference to a secret need not be hidden.
      let value = String(decoding: argument[(at + 1)...], as: UTF8.self)
      return SettingReference.isReference(value) ? nil : at + 1
    }
    return nil
  }

  /// Returns the secret setting after an `-X` without a value; the value may be the next argument.
  static func keyWithoutValue(_ option: String, _ argument: String) -> String? {
    guard let key = setting(option, argument), !key.contains("="), KafkaSettings.isSecret(key) else {
      return nil
    }
    return key
  }

  /// Returns the setting after an `-X`, attached to it or not.
  private static func setting(_ option: String, _ argument: String) -> String? {
    option == "-X" ? argument : argument.hasPrefix("-X") ? String(argument.dropFirst(2)) : nil
  }

  private static func isLoose(_ pair: (option: String, argument: String), _ next: String?) -> Bool {
    guard let setting = setting(pair.option, pair.argument), setting.hasSuffix("="), let next else {
      return false
    }
    return KafkaSettings.isSecret(setting) && !next.hasPrefix("-")
  }

  /// Returns the secret setting of an argument where no setting is read: after another option, attached to one, before
  /// the command, or written `key:value`.
  private static func strayed(_ option: String, _ argument: String) -> String? {
    guard option != "-X", option != "--setting" else { return nil }
    let word = argument.drop { $0 == "-" }
    if argument.hasPrefix("-X") || argument.hasPrefix("--setting=") { return nil }
    guard let end = word.firstIndex(where: { $0 == "=" || $0 == ":" }) else { return nil }
    // `--option=key=value`: the key follows the first `=`.
    let rest = word[word.index(after: end)...]
    let inner = rest[..<(rest.firstIndex(of: "=") ?? rest.startIndex)]
    // A path is not a setting.
    return [String(word[..<end]), String(inner)].first {
      KafkaSettings.isSecret($0) && !$0.contains("/") && (word[end] == "=" || SettingValues.isKnown($0))
    }
  }
}
