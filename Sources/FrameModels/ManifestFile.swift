import Glibc

/// Reads small files and folders; errors contain the system's reason.
enum ManifestFile {
  /// Far above the size of any manifest, so that a model file given by mistake is not read into memory.
  private static let maximumBytes = 1 << 20

  static func read(_ path: String) throws(ModelError) -> [UInt8] {
    guard let file = fopen(path, "rb") else {
      throw .unreadable(file: path, reason: String(cString: strerror(errno)))
    }
    defer { fclose(file) }
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: maximumBytes + 1) { buffer, count in
      count = fread(buffer.baseAddress!, 1, buffer.count, file)
      failed = ferror(file) != 0
    }
    guard !failed else { throw .unreadable(file: path, reason: String(cString: strerror(errno))) }
    guard bytes.count <= maximumBytes else {
      throw .unreadable(file: path, reason: "larger than 1 MiB; is it the model instead of its manifest?")
    }
    return bytes
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
