import Foundation

/// The broker of `make test`; without it the tests of the whole way are skipped.
let broker = ProcessInfo.processInfo.environment["FRAMEFEED_BROKER"]
let python = ProcessInfo.processInfo.environment["FRAMEFEED_PYTHON"]

/// The repository, and the built `framefeed` beside the test program.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path
let framefeed = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
  path: "framefeed"
).path

/// What a program left behind.
struct Finished {
  let code: Int32
  let output: [UInt8]
  let errors: String

  var text: String { String(decoding: output, as: UTF8.self) }
}

/// A program that runs beside the test, its output in files.
final class RunningCommand {
  private let child = Process()
  private let directory: URL

  /// - Parameter environment: added to the test's own.
  init(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "framefeed-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    for name in ["out", "err"] {
      try Data().write(to: directory.appending(path: name))
    }
    child.executableURL = URL(filePath: "/usr/bin/env")
    child.arguments = [program] + arguments
    child.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    child.currentDirectoryURL = URL(filePath: repository)
    child.standardInput = FileHandle.nullDevice
    child.standardOutput = try FileHandle(forWritingTo: directory.appending(path: "out"))
    child.standardError = try FileHandle(forWritingTo: directory.appending(path: "err"))
    // Threads of the test runner block signals, and a child would begin with the same: it could not be ended.
    var (none, before) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try child.run()
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  func interrupt() { signal(SIGINT) }

  /// Asks it to end in order.
  func terminate() { signal(SIGTERM) }

  /// Makes it stand still, and go on.
  func suspend() { signal(SIGSTOP) }
  func resume() { signal(SIGCONT) }

  /// Its process id.
  var process: Int32 { child.processIdentifier }

  var isRunning: Bool { child.isRunning }

  /// What it has written so far, on standard output and on standard error.
  var outputSoFar: String { written("out") }
  var errorsSoFar: String { written("err") }

  private func written(_ name: String) -> String {
    (try? String(contentsOf: directory.appending(path: name), encoding: .utf8)) ?? ""
  }

  private func signal(_ number: Int32) {
    if child.isRunning { Foundation.kill(child.processIdentifier, number) }
  }

  /// Ends it without a chance to tidy up.
  func kill() { signal(SIGKILL) }

  /// Waits for its end; kills it after two minutes unless told otherwise, so that a hang is a failure and not a stop of all tests.
  func wait(seconds: Double = 120) throws -> Finished {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while child.isRunning, Date() < deadline { usleep(20_000) }
    if child.isRunning { kill() }
    child.waitUntilExit()
    return Finished(
      code: child.terminationStatus,
      output: Array(try Data(contentsOf: directory.appending(path: "out"))),
      errors: String(decoding: try Data(contentsOf: directory.appending(path: "err")), as: UTF8.self))
  }
}

/// Runs a program to its end.
func run(_ program: String, _ arguments: String...) throws -> Finished {
  try run(program, arguments)
}

func run(_ program: String, _ arguments: [String]) throws -> Finished {
  try RunningCommand(program, arguments).wait()
}

/// A directory that goes away with the test, and a topic of its own.
final class Scratch: Sendable {
  let path: String
  let topic = "test-" + UUID().uuidString.prefix(8).lowercased()

  /// - Parameter partitions: of the topic, each of another length (``UnequalTopic``); `nil` creates none, and leaves
  ///   the name to what does. A sink is tested on three or more.
  init(partitions: Int? = UnequalTopic.partitions) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "framefeed-" + UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    if let partitions, let broker { try UnequalTopic.create(topic, partitions: partitions, on: broker) }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    // The local broker holds all topics in memory.
    if broker != nil { _ = try? run(framefeed, "topic", "delete", topic) }
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// A report, or any other JSON file.
  func report(_ name: String) throws -> Report {
    try JSONDecoder().decode(Report.self, from: try Data(contentsOf: URL(filePath: file(name))))
  }

  /// Which frames a file of results has. Its sink may have been killed: the last line may be cut, or the file
  /// not there.
  func answered(_ name: String) -> [AnsweredFrame] {
    let text = (try? String(contentsOfFile: file(name), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap {
      try? JSONDecoder().decode(AnsweredFrame.self, from: Data($0.utf8))
    }
  }

  /// Results by feed, run and sequence.
  func results(_ name: String) throws -> [Answer] {
    try String(contentsOfFile: file(name), encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
    }
  }
}

/// What tests look at in a run report.
struct Report: Decodable {
  let schema: String
  let frames: [String: Int]
  let stages: [String: Figures]
  let settings: [String: String]
  let versions: [String: String]
  let clocks: [Clock]?
  let notes: [String]?
  let lag: Int?

  /// One stage: its numbers by name, and its histogram.
  struct Figures: Decodable {
    let histogram: String
    private let numbers: [String: Double]

    init(from decoder: any Decoder) throws {
      struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
      }
      let fields = try decoder.container(keyedBy: Key.self)
      histogram = try fields.decode(String.self, forKey: Key(stringValue: "histogram"))
      let names = fields.allKeys.filter { $0.stringValue != "histogram" }
      numbers = try Dictionary(
        uniqueKeysWithValues: names.map { ($0.stringValue, try fields.decode(Double.self, forKey: $0)) })
    }

    subscript(name: String) -> Double? { numbers[name] }
  }

  struct Clock: Decodable {
    let domain: String
    let frames: Int
    let corrected: Int
    let offsetMs: Double?
    let errorMs: Double?
  }
}

/// Which frame a line of results is for.
struct AnsweredFrame: Decodable, Equatable {
  let feed: String
  let run: String
  let sequence: Int

  /// Those that a topic holds.
  static func of(topic: String, _ broker: String) throws -> [AnsweredFrame] {
    // Kafka answers a fetch at the end as soon as there is more: of a live topic, one that waits never sees the end.
    let lines = try FrameFeedTests.run(
      "kcat", "-C", "-b", broker, "-t", topic, "-o", "beginning", "-e", "-q", "-X", "fetch.wait.max.ms=1")
    return try lines.text.split(separator: "\n").map {
      try JSONDecoder().decode(AnsweredFrame.self, from: Data($0.utf8))
    }
  }
}

/// One line of results.
struct Answer: Decodable, Equatable {
  let feed: String
  let run: String
  let sequence: Int
  let latencyMs: Double
  let outputs: [String: [Double]]
}

/// Waits until something holds.
/// - Returns: false when it did not within `seconds`.
func eventually(within seconds: Double = 60, _ holds: () throws -> Bool) rethrows -> Bool {
  let deadline = Date(timeIntervalSinceNow: seconds)
  while try !holds() {
    guard Date() < deadline else { return false }
    usleep(50_000)
  }
  return true
}
