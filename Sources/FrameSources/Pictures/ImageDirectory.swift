import FrameCore
import Glibc

/// The image files of a directory, in natural order of their names. Names that begin with a dot (`._x.jpg` of macOS)
/// are ignored.
struct ImageDirectory {
  private(set) var files: [FilePath] = []
  /// Number of files whose names are not those of images.
  private(set) var leftOut = 0
  /// One of those.
  private(set) var leftOutExample = ""

  /// - Parameters:
  ///   - path: the directory.
  ///   - extensions: of image files, lower-case.
  /// - Throws: ``SourceError/noImages(_:hint:)`` when there are none.
  init(_ path: String, _ extensions: Set<[UInt8]>) throws(SourceError) {
    let names = try Names(FilePath(path))
    var images: [[UInt8]] = []
    for name in names.files {
      if extensions.contains(Self.fileExtension(name)) {
        images.append(name)
      } else {
        if leftOut == 0 || NaturalOrder.precedes(name, example) { example = name }
        leftOut += 1
      }
    }
    if leftOut > 0 { leftOutExample = FilePath(bytes: example).shown }
    guard !images.isEmpty else {
      throw .noImages(path, hint: Self.hint(path, names, leftOut, leftOutExample, extensions))
    }
    images.sort(by: NaturalOrder.precedes)
    let prefix = Self.prefix(path)
    files = images.map { FilePath(bytes: prefix + $0) }
  }

  private var example: [UInt8] = []

  /// A note for the user about the files that are left out.
  var note: String? {
    switch leftOut {
    case 0: nil
    case 1: "1 file is not an image and is left out: \(leftOutExample)"
    default: "\(leftOut) files are not images and are left out, such as \(leftOutExample)"
    }
  }

  private static func prefix(_ path: String) -> [UInt8] {
    PathText.bytes(path) + (path.hasSuffix("/") ? [] : [UInt8(ascii: "/")])
  }

  /// Returns the extension in lower case, without the dot; empty without one.
  static func fileExtension(_ name: [UInt8]) -> [UInt8] {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return [] }
    return name[(dot + 1)...].map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
  }

  /// Returns the subdirectories that contain images, from a search of the next levels; else the expected names of
  /// images.
  private static func hint(
    _ path: String, _ names: Names, _ leftOut: Int, _ example: String, _ extensions: Set<[UInt8]>
  ) -> String {
    let images = { (names: Names) in names.files.count { extensions.contains(fileExtension($0)) } }
    var wide = names.directories.sorted(by: NaturalOrder.precedes).map { prefix(path) + $0 }
    // Breadth first; a camera's card has two levels. Reading a thousand directories is fast.
    var looked = 0
    var found: (path: String, count: Int)?
    var others = 0
    for _ in 0..<3 where found == nil {
      var below: [[UInt8]] = []
      for directory in wide.prefix(1000 - looked) {
        looked += 1
        guard let names = try? Names(FilePath(bytes: directory)) else { continue }
        let count = images(names)
        if count > 0 {
          if found == nil { found = (FilePath(bytes: directory).shown, count) } else { others += 1 }
        }
        below += names.directories.sorted(by: NaturalOrder.precedes).map {
          directory + [UInt8(ascii: "/")] + $0
        }
      }
      wide = below
    }
    if let found {
      let more = others == 0 ? "" : " (and more in \(others) beside it)"
      return "there \(found.count == 1 ? "is 1" : "are \(found.count)") in \(found.path)\(more): give that"
    }
    let videos = names.files.filter { isVideo(fileExtension($0)) }
    if let first = videos.min(by: NaturalOrder.precedes) {
      let one = FilePath(bytes: prefix(path) + first).shown
      return
        "there \(videos.count == 1 ? "is 1 video" : "are \(videos.count) videos"): give one, as in \(one)"
    }
    let seen = leftOut == 0 ? "" : ", not as \(example)"
    return "expected files ending in \(list(extensions))\(seen)"
  }

  private static func isVideo(_ ending: [UInt8]) -> Bool {
    VideoSource.extensions.contains(String(decoding: ending, as: UTF8.self))
  }

  static func list(_ extensions: Set<[UInt8]>) -> String {
    extensions.map { "." + String(decoding: $0, as: UTF8.self) }.sorted().joined(separator: " ")
  }

  /// The names in a directory except hidden ones.
  private struct Names {
    var files: [[UInt8]] = []
    var directories: [[UInt8]] = []

    init(_ path: FilePath) throws(SourceError) {
      guard let handle = path.withCString({ opendir($0) }) else {
        throw .unreadable(path.shown, reason: SourceFile.reason())
      }
      defer { closedir(handle) }
      while true {
        errno = 0
        guard let entry = readdir(handle) else {
          guard errno == 0 else { throw .unreadable(path.shown, reason: SourceFile.reason()) }
          return
        }
        let name = Self.name(entry)
        guard name.first != UInt8(ascii: ".") else { continue }
        if Self.isDirectory(entry, name, handle) {
          directories.append(name)
        } else {
          files.append(name)
        }
      }
    }

    /// Some file systems do not state the type in the entry, and a link has the type of its target.
    private static func isDirectory(
      _ entry: UnsafeMutablePointer<dirent>, _ name: [UInt8], _ handle: Handle
    ) -> Bool {
      switch Int32(entry.pointee.d_type) {
      case Int32(DT_DIR): return true
      case Int32(DT_LNK), Int32(DT_UNKNOWN):
        var status = stat()
        return FilePath(bytes: name).withCString { fstatat(dirfd(handle), $0, &status, 0) } == 0
          && status.st_mode & S_IFMT == S_IFDIR
      default: return false
      }
    }

    private typealias Handle = OpaquePointer

    private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0

    /// The field has the length of the longest name, an entry only that of its own name.
    private static func name(_ entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
      let start = UnsafeRawPointer(entry) + nameOffset
      let length = strlen(start.assumingMemoryBound(to: CChar.self))
      return Array(UnsafeRawBufferPointer(start: start, count: length))
    }
  }
}
