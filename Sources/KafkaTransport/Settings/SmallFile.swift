import Glibc

/// Reads files with settings and secrets, pipes included (`/dev/fd/63`).
enum SmallFile {
  /// Why a file cannot be read, in one line.
  struct Refusal: Error {
    let reason: String
  }

  /// The largest file that is read, bytes: PEM certificates are far smaller.
  private static let maximumBytes = 1 << 20

  static func read(_ path: String) throws(Refusal) -> String {
    guard let file = fopen(path, "r") else { throw refusal() }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { throw refusal() }
    guard count <= maximumBytes else { throw Refusal(reason: "is above 1 MiB: not a file of settings") }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  private static func refusal() -> Refusal {
    Refusal(reason: "cannot be read: \(String(cString: strerror(errno)))")
  }
}
