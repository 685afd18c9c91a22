import FrameCore
import Glibc

/// The arguments of this process.
package enum ProcessArguments {
  /// The arguments without the program's name. `CommandLine.arguments` repairs invalid UTF-8, and then names a file
  /// that does not exist.
  package static var all: [String] {
    (1..<max(Int(CommandLine.argc), 1)).compactMap { at in
      CommandLine.unsafeArgv[at].map { word in
        // Sound: the argument's own bytes, up to its zero; read before anything overwrites them.
        PathText.text(UnsafeRawBufferPointer(start: word, count: strlen(word)))
      }
    }
  }
}
