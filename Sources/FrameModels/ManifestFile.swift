import FrameCore
import Glibc

/// Reads manifests and their folders; errors contain the system's reason.
enum ManifestFile {
  static func read(_ path: String) throws(ModelError) -> [UInt8] {
    do throws(SmallFile.Failure) {
      return try SmallFile.read(path)
    } catch {
      switch error {
      case .unreadable(let reason): throw .unreadable(file: path, reason: reason)
      case .tooLarge:
        throw .unreadable(file: path, reason: "larger than 1 MiB; is it the model instead of its manifest?")
      }
    }
  }

  /// Returns the names of the `.json` files in a folder, sorted.
  static func list(_ directory: String) throws(ModelError) -> [String] {
    guard let handle = opendir(directory) else {
      throw .unreadable(file: directory, reason: String(cString: strerror(errno)))
    }
    defer { closedir(handle) }
    var names = [String]()
    // `readdir` returns `nil` at the end and on errors; only errno differs.
    errno = 0
    while let entry = readdir(handle) {
      let name = name(entry)
      if name.hasSuffix(".json"), !name.hasPrefix(".") { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw .unreadable(file: directory, reason: String(cString: strerror(errno))) }
    return names.sorted()
  }

  private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0

  /// Returns an entry's name. The field has the length of the longest possible name, an entry only that of its own.
  private static func name(_ entry: UnsafeMutablePointer<dirent>) -> String {
    // Sound: the system terminates the name with a zero within the entry, which is valid until the next call.
    String(cString: (UnsafeRawPointer(entry) + nameOffset).assumingMemoryBound(to: CChar.self))
  }
}
