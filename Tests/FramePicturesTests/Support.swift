import Foundation
import FrameCore
import FrameSources

/// The files of ``pictureScript``, written once; read only.
enum Pictures {
  private static let folder = Result { try Folder() }

  private static let cases = Result {
    // Nothing else ends it.
    atexit { try? Pictures.folder.get().remove() }
    return try folder.get().cases()
  }

  static func all() throws -> (folder: Folder, cases: [PictureFilesTests.Case]) {
    (try folder.get(), try cases.get())
  }
}

/// A directory that goes away with the test.
final class Folder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "framefeed-" + UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { remove() }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Writes the script's files.
  func cases() throws -> [PictureFilesTests.Case] {
    let output = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: output) }
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    let process = Process()
    process.executableURL = URL(filePath: python!)
    process.arguments = ["-W", "ignore", "-c", pictureScript]
    process.currentDirectoryURL = URL(filePath: path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    // OpenCV's log goes to standard error, the referees' errors too.
    var environment = ProcessInfo.processInfo.environment
    environment["OPENCV_LOG_LEVEL"] = "OFF"
    process.environment = environment
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ScriptFailed() }
    return try Data(contentsOf: output).split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(PictureFilesTests.Case.self, from: $0)
    }
  }
}

struct ScriptFailed: Error {}

/// One reading, out of the pool's memory.
enum Reading: Equatable {
  case frame([UInt8], FrameContent, FrameOrigin)
  case rejected(String)

  /// Everything a source gives.
  static func all(_ source: any FrameSource) throws(SourceError) -> [Reading] {
    let pool = FramePool(buffers: 4)
    var readings: [Reading] = []
    while true {
      switch try source.next(into: pool) {
      case .frame(let frame):
        let bytes = frame.buffer.bytes.withUnsafeBytes { Array($0) }
        readings.append(.frame(bytes, frame.content, frame.origin))
      case .rejected(let error): readings.append(.rejected("\(error)"))
      case .end: return readings
      }
    }
  }
}

/// A small generator whose numbers are the same on every run.
struct Numbers: RandomNumberGenerator {
  private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
