import Glibc

/// This process's arguments, visible to all users of the machine in `ps` and `/proc/PID/cmdline`.
enum ProcessTitle {
  /// Overwrites the values of secret settings given by `-X` and `--setting`.
  ///
  /// Call it once, before other threads start and after the arguments were copied.
  static func hideSecrets() {
    let arguments = CommandLine.unsafeArgv
    var option = ""
    var isValue = false
    for at in 1..<max(Int(CommandLine.argc), 1) {
      guard let argument = arguments[at] else { continue }
      // Sound: the argument's own bytes, up to its zero; nothing else reads or writes them meanwhile.
      let bytes = UnsafeMutableRawBufferPointer(start: argument, count: strlen(argument))
      let text = String(decoding: bytes, as: UTF8.self)
      if let start = isValue ? 0 : SecretArguments.start(in: UnsafeRawBufferPointer(bytes)) {
        // Zeros also hide the length. From the end, so that a reader who sees the stars sees nothing behind them.
        for byte in (start..<bytes.count).reversed() {
          bytes[byte] = byte < start + 3 ? UInt8(ascii: "*") : 0
        }
      }
      isValue = SecretArguments.keyWithoutValue(option, text) != nil
      option = text
    }
  }
}
