import KafkaTransport

/// This process's arguments as all users of the machine see them, in `ps` and `/proc/PID/cmdline`.
enum ProcessTitle {
  /// Overwrites the values of secret settings, which `-X` and `--setting` may have given.
  ///
  /// Call once, before there are threads, and after the arguments have been copied.
  static func hideSecrets() {
    let arguments = CommandLine.unsafeArgv
    for at in 1..<max(Int(CommandLine.argc), 1) {
      guard let argument = arguments[at] else { continue }
      let text = String(cString: argument)
      let isStray = at > 2 && secretWithoutValue((at - 2..<at).map { String(cString: arguments[$0]!) }) != nil
      guard let start = isStray ? 0 : secretStart(in: text) else { continue }
      // Sound: stays within the argument's own bytes; nobody else reads them meanwhile.
      let value = argument + start
      for byte in 0..<(text.utf8.count - start) {
        // Zeros, so that not even the length is told.
        value[byte] = byte < 3 ? CChar(UInt8(ascii: "*")) : 0
      }
    }
  }

  /// What to say of arguments that hold a secret where none is read, without the secret: the parser would print
  /// what it does not expect.
  static func unreadableSecret(_ arguments: [String]) -> String? {
    if let key = secretWithoutValue(arguments) {
      return "Kafka setting \(key): expected key=value, as in -X linger.ms=5"
    }
    return strayedSecret(arguments).map {
      "Kafka setting \($0): belongs behind -X, as in -X linger.ms=5"
    }
  }

  /// The secret setting behind an `-X` that has no value; the value may be the next argument.
  static func secretWithoutValue(_ arguments: [String]) -> String? {
    zip([""] + arguments, arguments).lazy.compactMap { option, argument in
      option == "-X" ? argument : argument.hasPrefix("-X") ? String(argument.dropFirst(2)) : nil
    }.first { !$0.contains("=") && KafkaSettings.isSecret($0) }.map { KafkaSettings.nameable($0) }
  }

  /// The secret setting of an argument `key=value` that stands behind no option which takes one.
  static func strayedSecret(_ arguments: [String]) -> String? {
    for (option, argument) in zip([""] + arguments, arguments) {
      guard option != "-X", option != "--setting", !argument.hasPrefix("-"),
        let equals = argument.firstIndex(of: "=")
      else { continue }
      let key = String(argument[..<equals])
      if KafkaSettings.isSecret(key) { return KafkaSettings.nameable(key) }
    }
    return nil
  }

  /// Where the secret begins in an argument such as `sasl.password=XYZ` or `--setting=sasl.password=XYZ`, bytes.
  private static func secretStart(in argument: String) -> Int? {
    var end = argument.utf8.startIndex
    while let equals = argument.utf8[end...].firstIndex(of: UInt8(ascii: "=")) {
      let after = argument.utf8.index(after: equals)
      if KafkaSettings.isSecret(String(argument[..<equals])) {
        // What only says where the secret is may stay.
        guard !SettingReference.isReference(String(argument[after...])) else { return nil }
        return argument.utf8.distance(from: argument.utf8.startIndex, to: after)
      }
      end = after
    }
    return nil
  }
}
