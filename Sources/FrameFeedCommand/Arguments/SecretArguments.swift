import KafkaTransport

/// Finds secret settings among arguments: where they are read, and where they stand by mistake.
enum SecretArguments {
  /// What to say of arguments that hold a secret where none is read, without the secret: messages about arguments
  /// show what was typed.
  static func refusal(_ arguments: [String]) -> String? {
    let pairs = zip([""] + arguments, arguments)
    if let key = pairs.lazy.compactMap(keyWithoutValue).first {
      return "Kafka setting \(KafkaSettings.nameable(key)): expected key=value, as in -X linger.ms=5"
    }
    // An empty value and then a word: the value, which came loose.
    for (at, pair) in pairs.enumerated() where isLoose(pair, arguments.dropFirst(at + 1).first) {
      let key = KafkaSettings.nameable(String(pair.1.dropLast()))
      return "Kafka setting \(key): is empty; its value stands behind a space"
    }
    return pairs.lazy.compactMap(strayed).first.map { key in
      "Kafka setting \(KafkaSettings.nameable(key)): belongs behind -X and the command, as in framefeed sink -X linger.ms=5"
    }
  }

  /// Where the secret begins in an argument such as `sasl.password=XYZ` or `--setting=sasl.password=XYZ`, bytes.
  ///
  /// By bytes: a password need not be UTF-8, and as text its length would be another.
  static func start(in argument: UnsafeRawBufferPointer) -> Int? {
    for (at, byte) in argument.enumerated() where byte == UInt8(ascii: "=") {
      let key = String(decoding: argument[..<at], as: UTF8.self)
      guard KafkaSettings.isSecret(key) else { continue }
      // What only says where the secret is may stay.
      let value = String(decoding: argument[(at + 1)...], as: UTF8.self)
      return SettingReference.isReference(value) ? nil : at + 1
    }
    return nil
  }

  /// The secret setting behind an `-X` that has no value; the value may be the next argument.
  static func keyWithoutValue(_ option: String, _ argument: String) -> String? {
    guard let key = setting(option, argument), !key.contains("="), KafkaSettings.isSecret(key) else {
      return nil
    }
    return key
  }

  /// What stands behind an `-X`, joined to it or not.
  private static func setting(_ option: String, _ argument: String) -> String? {
    option == "-X" ? argument : argument.hasPrefix("-X") ? String(argument.dropFirst(2)) : nil
  }

  private static func isLoose(_ pair: (option: String, argument: String), _ next: String?) -> Bool {
    guard let setting = setting(pair.option, pair.argument), setting.hasSuffix("="), let next else {
      return false
    }
    return KafkaSettings.isSecret(setting) && !next.hasPrefix("-")
  }

  /// The secret setting of an argument that stands where no setting is read: behind another option, joined to
  /// one, before the command, or written `key:value`.
  private static func strayed(_ option: String, _ argument: String) -> String? {
    guard option != "-X", option != "--setting" else { return nil }
    let word = argument.drop { $0 == "-" }
    if argument.hasPrefix("-X") || argument.hasPrefix("--setting=") { return nil }
    guard let end = word.firstIndex(where: { $0 == "=" || $0 == ":" }) else { return nil }
    // `--option=key=value`: the key follows the first sign.
    let rest = word[word.index(after: end)...]
    let inner = rest[..<(rest.firstIndex(of: "=") ?? rest.startIndex)]
    // A path is no setting.
    return [String(word[..<end]), String(inner)].first {
      KafkaSettings.isSecret($0) && !$0.contains("/") && (word[end] == "=" || SettingValues.isKnown($0))
    }
  }
}
