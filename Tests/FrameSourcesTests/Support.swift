import Foundation
import FrameCore
import FrameSources

let python = ProcessInfo.processInfo.environment["FRAMEFEED_PYTHON"]

/// A directory that goes away with the test.
final class Scratch {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "framefeed-" + UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file; its path.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

  func file(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: "\(path)/\(name)")))
  }

  /// Runs a program in this directory.
  func run(_ program: String, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = URL(filePath: path)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ToolFailed(program: program) }
  }
}

struct ToolFailed: Error {
  let program: String
}

/// One reading, out of the pool's memory.
enum Reading: Equatable {
  case frame([UInt8], FrameContent)
  case rejected(String)

  var bytes: [UInt8]? {
    if case .frame(let bytes, _) = self { return bytes }
    return nil
  }

  var layout: PixelLayout? {
    if case .frame(_, let content) = self { return content.layout }
    return nil
  }

  var problem: String? {
    if case .rejected(let problem) = self { return problem }
    return nil
  }
}

/// Everything a source gives, at most `limit` readings.
func readAll(_ source: any FrameSource, limit: Int = 10_000) throws(SourceError) -> [Reading] {
  let pool = FramePool(buffers: 4)
  var readings: [Reading] = []
  while readings.count < limit {
    switch try source.next(into: pool) {
    case .frame(let frame):
      let bytes = frame.buffer.bytes.withUnsafeBytes { Array($0) }
      readings.append(.frame(bytes, frame.content))
    case .rejected(let error): readings.append(.rejected("\(error)"))
    case .end: return readings
    }
  }
  return readings
}

func readAll(_ arguments: String..., options: SourceOptions = SourceOptions()) throws(SourceError)
  -> [Reading]
{
  try readAll(try SourceOpener.open(arguments, options: options))
}

/// A small generator whose numbers are the same on every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
