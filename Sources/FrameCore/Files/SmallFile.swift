import Glibc

/// Reads files that are small by their purpose, such as settings and manifests, whole into memory; pipes included
/// (`/dev/fd/63`).
package enum SmallFile {
  /// Why a file cannot be read. It does not name the file: the caller's error does.
  package enum Failure: Error, Equatable {
    /// The system's reason.
    case unreadable(reason: String)
    /// The file has more than ``SmallFile/maximumBytes``.
    case tooLarge

    static func ofSystem() -> Failure { .unreadable(reason: String(cString: strerror(errno))) }
  }

  /// The largest file that is read, 1 MiB: far above any file of this kind, so that another one given by mistake is
  /// not read into memory.
  package static let maximumBytes = 1 << 20

  /// Returns the bytes of a file.
  package static func read(_ path: String) throws(Failure) -> [UInt8] {
    let bytes = try beginning(of: path, maximumBytes + 1)
    guard bytes.count <= maximumBytes else { throw .tooLarge }
    return bytes
  }

  /// Returns the first bytes of a file, all of them if it has fewer.
  package static func beginning(of path: String, _ count: Int) throws(Failure) -> [UInt8] {
    guard let file = fopen(path, "r") else { throw .ofSystem() }
    defer { fclose(file) }
    var failure: Failure?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = fread(buffer.baseAddress, 1, buffer.count, file)
      if ferror(file) != 0 { failure = .ofSystem() }
    }
    if let failure { throw failure }
    return bytes
  }
}
