import Glibc

/// Reading small files and folders with the system's own reason when it fails.
enum ManifestFile {
  /// Far above any manifest; a model file given by mistake is not read into memory.
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

  /// Names of the `.json` files in a folder, sorted.
  static func list(_ directory: String) throws(ModelError) -> [String] {
    guard let handle = opendir(directory) else {
      throw .unreadable(file: directory, reason: String(cString: strerror(errno)))
    }
    defer { closedir(handle) }
    var names = [String]()
    // Its end and an error are told apart by this alone.
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

  /// The field is as long as the longest name, an entry only as long as its own.
  private static func name(_ entry: UnsafeMutablePointer<dirent>) -> String {
    // Sound: the system ends the name with a zero, within the entry, which lives up to the next call.
    String(cString: (UnsafeRawPointer(entry) + nameOffset).assumingMemoryBound(to: CChar.self))
  }
}
