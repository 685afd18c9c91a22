import Foundation

/// The Python of the test tools; `make test` names it.
let python = ProcessInfo.processInfo.environment["FRAMEFEED_PYTHON"]

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

/// How durations may lie, ns.
enum Durations: String, CaseIterable {
  case alike, small, frames, twoPeaks, allMagnitudes, edges

  static let hour: Int64 = 3_600_000_000_000

  func values(_ count: Int, seed: UInt64 = 1) -> [Int64] {
    var random = SeededGenerator(seed &+ UInt64(count))
    return (0..<count).map { _ in
      switch self {
      case .alike: return 5_000_000
      case .small: return Int64.random(in: 0...5000, using: &random)
      case .frames: return Int64(4e6 - 3e6 * log(Double.random(in: 1e-9..<1, using: &random)))
      case .twoPeaks:
        return Int64.random(in: 0..<1_000_000, using: &random)
          + (Bool.random(using: &random) ? 9_000_000_000 : 0)
      case .allMagnitudes:
        return min(
          Self.hour, Int64.random(in: 1024..<2048, using: &random) << Int64.random(in: 0..<32, using: &random)
        )
      case .edges:
        let power = Int64(1) << Int64.random(in: 0..<42, using: &random)
        return min(Self.hour, power + Int64.random(in: -1...1, using: &random))
      }
    }
  }
}

/// Runs Python on bytes: what the script prints.
func runPython(_ script: String, input: Data) throws -> String {
  let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try input.write(to: file)
  defer { try? FileManager.default.removeItem(at: file) }
  let (process, output) = (Process(), Pipe())
  process.executableURL = URL(filePath: python!)
  process.arguments = ["-c", script]
  process.standardInput = try FileHandle(forReadingFrom: file)
  process.standardOutput = output
  try process.run()
  let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw PythonFailed(code: process.terminationStatus) }
  return text
}

struct PythonFailed: Error {
  let code: Int32
}
