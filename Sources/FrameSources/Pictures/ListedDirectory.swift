import Glibc

/// A directory that is listed again only when it may have changed. For one thread.
final class ListedDirectory {
  private let path: String
  private let extensions: Set<[UInt8]>
  private var listed: Mark?

  /// The attributes that change when names are added or removed.
  private struct Mark: Equatable {
    let device, node, seconds, nanoseconds: Int
  }

  init(_ path: String, _ extensions: Set<[UInt8]>) {
    self.path = path
    self.extensions = extensions
  }

  /// - Returns: `nil` when the names have not changed since the last call.
  func list() throws(SourceError) -> ImageDirectory? {
    // Before the names are read: additions during the reading change the next mark.
    let mark = try mark()
    if mark == listed { return nil }
    listed = nil
    let listing = try ImageDirectory(path, extensions)
    // Some file systems store whole seconds: names added right after would leave the same mark.
    if time(nil) - mark.seconds > 2 { listed = mark }
    return listing
  }

  private func mark() throws(SourceError) -> Mark {
    var status = stat()
    guard FilePath(path).withCString({ stat($0, &status) }) == 0 else {
      throw .unreadable(path, reason: SourceFile.reason())
    }
    let changed = status.st_mtim
    return Mark(
      device: Int(truncatingIfNeeded: status.st_dev), node: Int(truncatingIfNeeded: status.st_ino),
      seconds: Int(changed.tv_sec), nanoseconds: Int(changed.tv_nsec))
  }
}
