import FrameCore
import Glibc

/// The words of this process's command line.
package enum CommandWords {
  /// Without the program's own name. `CommandLine.arguments` repairs what is no UTF-8, and names a file then that is
  /// not there.
  package static var all: [String] {
    (1..<max(Int(CommandLine.argc), 1)).compactMap { at in
      CommandLine.unsafeArgv[at].map { word in
        // Sound: the argument's own bytes, up to its zero; read before anything writes them.
        PathText.text(UnsafeRawBufferPointer(start: word, count: strlen(word)))
      }
    }
  }
}
