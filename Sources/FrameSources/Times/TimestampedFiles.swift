import Glibc

/// Assigns image files to the lines of a timestamps file.
enum TimestampedFiles {
  /// Returns the files of a directory that the lines name, in their order: a path from the directory, or its last
  /// component alone. A missing file is listed too: its frame is rejected when it is due.
  /// - Throws: ``SourceError`` when all files are missing.
  static func list(_ directory: String, _ times: FrameTimestamps) throws(SourceError) -> [String] {
    let prefix = directory.hasSuffix("/") ? directory : directory + "/"
    var files: [String] = []
    files.reserveCapacity(times.count)
    var missing: SourceError?
    var found = 0
    for (name, line) in zip(times.names, times.lines) {
      let path = prefix + name
      let short = prefix + last(name)
      if FilePath(path).allows(R_OK) {
        files.append(path)
        found += 1
      } else if short != path, FilePath(short).allows(R_OK) {
        files.append(short)
        found += 1
      } else {
        let problem = "\(path): cannot be read: \(SourceFile.reason())"
        missing = missing ?? .timestamps(file: times.file, line: line, problem: problem)
        files.append(path)
      }
    }
    if let missing, found == 0 { throw missing }
    return files
  }

  /// Returns the given files in the order of their times.
  /// - Throws: ``SourceError/option(_:)`` for a file without a line, or with more than one.
  static func match(_ files: [String], _ times: FrameTimestamps) throws(SourceError) -> (
    files: [String], times: FrameTimestamps
  ) {
    var entries: [String: [Int]] = [:]
    for (index, name) in times.names.enumerated() { entries[last(name), default: []].append(index) }
    var matched: [(file: String, entry: Int)] = []
    for file in files {
      guard var found = entries[last(file)] else {
        throw .option("\(file): has no line in \(times.file); each file needs one")
      }
      // Two cameras may have files of the same name: their directories distinguish them.
      if found.count > 1 { found = found.filter { ends(file, with: times.names[$0]) } }
      guard found.count == 1 else {
        let lines = (entries[last(file)] ?? []).prefix(3).map { String(times.lines[$0]) }
        throw .option(
          "\(file): lines \(lines.joined(separator: ", ")) of \(times.file) all match it; expected one")
      }
      matched.append((file, found[0]))
    }
    matched.sort { $0.entry < $1.entry }
    return (matched.map(\.file), times.selecting(matched.map(\.entry)))
  }

  private static func last(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private static func ends(_ path: String, with name: String) -> Bool {
    path == name || path.hasSuffix("/" + name)
  }
}
