import Glibc

/// This process's arguments as all users of the machine see them, in `ps` and `/proc/PID/cmdline`.
enum ProcessTitle {
  /// Overwrites the values of secret settings, which `-X` and `--setting` may have given.
  ///
  /// Call once, before there are threads, and after the arguments have been copied.
  static func hideSecrets() {
    let arguments = CommandLine.unsafeArgv
    var option = ""
    var isValue = false
    for at in 1..<max(Int(CommandLine.argc), 1) {
      guard let argument = arguments[at] else { continue }
      // Sound: the argument's own bytes, up to its zero; nobody else reads or writes them meanwhile.
      let bytes = UnsafeMutableRawBufferPointer(start: argument, count: strlen(argument))
      let text = String(decoding: bytes, as: UTF8.self)
      if let start = isValue ? 0 : SecretArguments.start(in: UnsafeRawBufferPointer(bytes)) {
        // Zeros, so that not even the length is told. From the end: where the stars are seen nothing is left behind them.
        for byte in (start..<bytes.count).reversed() {
          bytes[byte] = byte < start + 3 ? UInt8(ascii: "*") : 0
        }
      }
      isValue = SecretArguments.keyWithoutValue(option, text) != nil
      option = text
    }
  }
}
